"""A record's title and text, with or without what Stemma does to them before it looks for words (rules.py has the names of the rules).

By docs/INPUTS.md (JSON, HTML in JSON) and docs/TEXT-analyser.md (links, glued words, hard wraps).
"""
import html
import html.entities
import re

# Those that change the text itself; the others make other words of it.
TEXT_RULES = frozenset("invisible link glued wrap reference html field record".split())
TEXT_NAMES = "text body content article maintext raw_content body_text articleBody".split()
TITLE_NAMES = "title headline name".split()

REFERENCE = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
INVISIBLE = re.compile("\u00ad[ \\t]*\\r?\\n[ \\t]*|[\u00ad\ufeff]")
HIDDEN = re.compile("[\u00ad\ufeff\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufff9-\ufffb]")
BETWEEN = re.compile("(?<=\\w)[\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufff9-\ufffb]+(?=\\w)")

URL = r"<(?:https?://|ftp://|mailto:|www\.)[^<>\x00-\x20\x7f]{0,4090}>"
LINK = re.compile(rf"([ \t\r\n]*{URL}(?:[ \t\r\n]*{URL})*)([ \t\r\n]*)|(<a[ \t\r\n][^<>]*=[^<>]*>|</a>)", re.I)
LAST_WORD = re.compile(r"[^\W_]{1,64}$")
LABEL = r"(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*"
MARKDOWN = re.compile(rf"\[({LABEL})\]\(((?:https?:|ftp:|mailto:|www\.|/|\#)(?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?)\)", re.I)
CLOSING = set(".,;:!?)]}\u2019\u201d\u00bb\u2026")
OPENING = set("([{\u201c\u2018\u00ab<\u00bf\u00a1")

BLOCKS = set("""address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol p pre section summary table tbody td tfoot th thead title tr ul""".split())
INLINE = set("""a abbr acronym audio b bdi bdo big br cite code col colgroup data del dfn em embed font i img ins kbd label link map mark meta
    nobr object param picture q s samp small source span strike strong sub sup time tt u var video wbr""".split())
DROPPED = "script style head nav noscript template svg iframe select button".split()
KNOWN = BLOCKS | INLINE | set(DROPPED)
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[^<>]*)?)/?>")
COMMENT = re.compile(r"<!--.*?-->|<![dD][oO][cC][tT][^>]*>", re.S)
WITH_ALL = re.compile(r"<(" + "|".join(DROPPED) + r")(?:\s[^<>]*)?>.*?</\1\s*>", re.S | re.I)


def first_of(record, names):
    for name in names:
        value = record.get(name)
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            value = "\n\n".join(value)
        if isinstance(value, str) and value:
            return value
    return ""


def unescaped(m):
    name = m.group()
    return html.unescape(name) if name[1] == "#" or name[1:] in html.entities.html5 else name


def is_html(text):
    begins = text.lstrip()
    if re.match(r"<!doctype", begins, re.I) or re.match(r"<(?:" + "|".join(BLOCKS) + r")[\s>]", begins):
        return True
    tags = [(m.group(1), m.group(2).lower()) for m in TAG.finditer(text)]
    opened = set()
    for close, name in tags:
        if close and name in opened:
            return True
        if not close and name in KNOWN and name != "a":
            opened.add(name)
    return sum(name == "br" for _, name in tags) >= 2


def without_tags(text):
    def replaced(m):
        name = m.group(2).lower()
        return "\n\n" if name in BLOCKS else "\n" if name == "br" else "" if name in KNOWN or blocks else m.group()
    blocks = any(m.group(2).lower() in BLOCKS for m in TAG.finditer(text))
    return TAG.sub(replaced, WITH_ALL.sub("\n", COMMENT.sub("", text)))


def parted(text):
    """ "... andPort": "... and Port". The letters before the first capital are small and two at least; not macOS."""
    last = LAST_WORD.search(text[-65:])
    word = last.group() if last else ""
    at = next((i for i, c in enumerate(word) if c.isupper()), 0)
    if at < 2 or not (word[:at].isalpha() and word[:at].islower()) or word[at:].startswith("OS"):
        return text
    return text[:at - len(word)] + " " + text[at - len(word):]


def lost_blank(text, label):
    """Between a word, which the text ends with, and the label of a link"""
    last = LAST_WORD.search(text[-65:])
    word = last.group() if last else ""
    return " " if len(word) >= 2 and word.isalpha() and word.islower() and label[:1].isupper() else ""


def goes_on(text, spaced):
    """Whether what follows a link goes on with the word before it; .5 and .com are words."""
    if not spaced:
        return bool(text) and not text[0].isalnum() and text[0] not in OPENING
    return text[:1] in CLOSING and not (text[0] in ".," and text[1:].isalnum())


def without_inline(text, drop, part):
    out, end = [], 0
    for m in LINK.finditer(text):
        before = text[end:m.start()]
        link, blanks, anchor = m.groups()
        end = m.end()
        if anchor:
            out += [before, lost_blank(before, text[end:end + 1]) if part and anchor[1] != "/" else "", "" if drop else anchor]
            continue
        out.append(parted(before) if part else before)
        if not drop:
            out += [link, blanks]
        elif not goes_on(text[end:end + 2], link[0] != "<" or blanks):
            out.append("\n" if "\n" in link + blanks else " ")
    return "".join([*out, text[end:]])


def without_links(text, drop, part):
    def markdown(m):
        label = m.group(1)
        blank = lost_blank(m.string[max(0, m.start() - 65):m.start()], label) if part else ""
        return blank + (label if drop else m.group())

    if "](" in text:
        for _ in range(4 if drop else 1):
            text = MARKDOWN.sub(markdown, text)
    return without_inline(text, drop, part) if "<" in text else text


def is_wrapped(lines):
    """lines: of the text, stripped; empty ones part paragraphs. One width between 40 and 120 that six in ten lines fill"""
    fills, lines_full, small, long, whole = [0] * 122, 0, True, 0, 0
    for line, after in zip(lines, lines[1:] + [""]):
        whole += len(line)
        long += len(line) if len(line) > 120 else 0
        word = after.split(" ")[0] if after else ""
        if not line or not after or len(word) > 30:
            continue
        lines_full += 1
        small = small and after[0].islower()
        for width in range(max(40, len(line)), min(120, len(line) + len(word)) + 1):
            fills[width] += 1
    best = max(fills)
    enough = best >= 3 or (best == lines_full == 2 and small)
    return enough and 10 * best >= 6 * lines_full and 4 * long <= whole


def unwrapped(text):
    lines = [line.strip() for line in re.split("\r\n|[\r\n\u0085\u2028]", text)]
    if not is_wrapped(lines):
        return text
    out = []
    for line in lines:
        if not line or not out or out[-1].endswith("\n"):
            out.append(line + ("" if line else "\n\n"))
        elif re.search(r"\w[-\u2010]$", out[-1]) and line[0].isalnum():
            out.append(line)
        else:
            out.append(" " + line)
    return "".join(out)


def normalised(text, rules, is_title):
    if "html" in rules and "<" in text and is_html(text):
        text = REFERENCE.sub(unescaped, without_tags(text))
    elif "reference" in rules and "&" in text:
        text = REFERENCE.sub(unescaped, text)
    if "invisible" in rules and not text.isascii() and HIDDEN.search(text):
        text = BETWEEN.sub("", INVISIBLE.sub("", text))
    if "link" in rules or "glued" in rules:
        text = without_links(text, "link" in rules, "glued" in rules)
    return unwrapped(text) if "wrap" in rules and "\n" in text and not is_title else text


def title_and_text(record, rules):
    if "field" in rules:
        title, text = first_of(record, TITLE_NAMES), first_of(record, TEXT_NAMES)
    else:
        title, text = (str(record.get(name) or "") for name in ("title", "text"))
    return normalised(title, rules, True), normalised(text, rules, False)
