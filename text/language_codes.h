/* The languages of ISO 639-1: its code, those of ISO 639-2 (the terminological one, and the bibliographic one where it is
 * another), English names between commas. In the order of the codes. For language.c. */
#pragma once

/* clang-format off */
#define LANGUAGE_CODES(X) \
    X("aa", "aar", "", "afar") \
    X("ab", "abk", "", "abkhazian") \
    X("ae", "ave", "", "avestan") \
    X("af", "afr", "", "afrikaans") \
    X("ak", "aka", "", "akan") \
    X("am", "amh", "", "amharic") \
    X("an", "arg", "", "aragonese") \
    X("ar", "ara", "", "arabic") \
    X("as", "asm", "", "assamese") \
    X("av", "ava", "", "avaric") \
    X("ay", "aym", "", "aymara") \
    X("az", "aze", "", "azerbaijani") \
    X("ba", "bak", "", "bashkir") \
    X("be", "bel", "", "belarusian") \
    X("bg", "bul", "", "bulgarian") \
    X("bh", "bih", "", "bihari languages") \
    X("bi", "bis", "", "bislama") \
    X("bm", "bam", "", "bambara") \
    X("bn", "ben", "", "bengali") \
    X("bo", "bod", "tib", "tibetan") \
    X("br", "bre", "", "breton") \
    X("bs", "bos", "", "bosnian") \
    X("ca", "cat", "", "catalan,valencian") \
    X("ce", "che", "", "chechen") \
    X("ch", "cha", "", "chamorro") \
    X("co", "cos", "", "corsican") \
    X("cr", "cre", "", "cree") \
    X("cs", "ces", "cze", "czech") \
    X("cu", "chu", "", "church slavic") \
    X("cv", "chv", "", "chuvash") \
    X("cy", "cym", "wel", "welsh") \
    X("da", "dan", "", "danish") \
    X("de", "deu", "ger", "german") \
    X("dv", "div", "", "maldivian,divehi,dhivehi") \
    X("dz", "dzo", "", "dzongkha") \
    X("ee", "ewe", "", "ewe") \
    X("el", "ell", "gre", "greek") \
    X("en", "eng", "", "english") \
    X("eo", "epo", "", "esperanto") \
    X("es", "spa", "", "spanish,castilian") \
    X("et", "est", "", "estonian") \
    X("eu", "eus", "baq", "basque") \
    X("fa", "fas", "per", "persian,farsi") \
    X("ff", "ful", "", "fulah") \
    X("fi", "fin", "", "finnish") \
    X("fj", "fij", "", "fijian") \
    X("fo", "fao", "", "faroese") \
    X("fr", "fra", "fre", "french") \
    X("fy", "fry", "", "western frisian,frisian") \
    X("ga", "gle", "", "irish") \
    X("gd", "gla", "", "scottish gaelic,gaelic") \
    X("gl", "glg", "", "galician") \
    X("gn", "grn", "", "guarani") \
    X("gu", "guj", "", "gujarati") \
    X("gv", "glv", "", "manx") \
    X("ha", "hau", "", "hausa") \
    X("he", "heb", "", "hebrew") \
    X("hi", "hin", "", "hindi") \
    X("ho", "hmo", "", "hiri motu") \
    X("hr", "hrv", "", "croatian") \
    X("ht", "hat", "", "haitian creole,haitian") \
    X("hu", "hun", "", "hungarian") \
    X("hy", "hye", "arm", "armenian") \
    X("hz", "her", "", "herero") \
    X("ia", "ina", "", "interlingua") \
    X("id", "ind", "", "indonesian") \
    X("ie", "ile", "", "interlingue") \
    X("ig", "ibo", "", "igbo") \
    X("ii", "iii", "", "nuosu") \
    X("ik", "ipk", "", "inupiaq") \
    X("io", "ido", "", "ido") \
    X("is", "isl", "ice", "icelandic") \
    X("it", "ita", "", "italian") \
    X("iu", "iku", "", "inuktitut") \
    X("ja", "jpn", "", "japanese") \
    X("jv", "jav", "", "javanese") \
    X("ka", "kat", "geo", "georgian") \
    X("kg", "kon", "", "kongo") \
    X("ki", "kik", "", "kikuyu") \
    X("kj", "kua", "", "kuanyama") \
    X("kk", "kaz", "", "kazakh") \
    X("kl", "kal", "", "greenlandic,kalaallisut") \
    X("km", "khm", "", "khmer,central khmer") \
    X("kn", "kan", "", "kannada") \
    X("ko", "kor", "", "korean") \
    X("kr", "kau", "", "kanuri") \
    X("ks", "kas", "", "kashmiri") \
    X("ku", "kur", "", "kurdish") \
    X("kv", "kom", "", "komi") \
    X("kw", "cor", "", "cornish") \
    X("ky", "kir", "", "kyrgyz,kirghiz") \
    X("la", "lat", "", "latin") \
    X("lb", "ltz", "", "luxembourgish") \
    X("lg", "lug", "", "ganda") \
    X("li", "lim", "", "limburgish") \
    X("ln", "lin", "", "lingala") \
    X("lo", "lao", "", "lao") \
    X("lt", "lit", "", "lithuanian") \
    X("lu", "lub", "", "luba-katanga") \
    X("lv", "lav", "", "latvian") \
    X("mg", "mlg", "", "malagasy") \
    X("mh", "mah", "", "marshallese") \
    X("mi", "mri", "mao", "maori") \
    X("mk", "mkd", "mac", "macedonian") \
    X("ml", "mal", "", "malayalam") \
    X("mn", "mon", "", "mongolian") \
    X("mr", "mar", "", "marathi") \
    X("ms", "msa", "may", "malay") \
    X("mt", "mlt", "", "maltese") \
    X("my", "mya", "bur", "burmese,myanmar") \
    X("na", "nau", "", "nauru") \
    X("nb", "nob", "", "norwegian bokmal") \
    X("nd", "nde", "", "north ndebele") \
    X("ne", "nep", "", "nepali") \
    X("ng", "ndo", "", "ndonga") \
    X("nl", "nld", "dut", "dutch,flemish") \
    X("nn", "nno", "", "norwegian nynorsk,nynorsk") \
    X("no", "nor", "", "norwegian") \
    X("nr", "nbl", "", "south ndebele") \
    X("nv", "nav", "", "navajo") \
    X("ny", "nya", "", "chichewa,nyanja") \
    X("oc", "oci", "", "occitan") \
    X("oj", "oji", "", "ojibwa") \
    X("om", "orm", "", "oromo") \
    X("or", "ori", "", "odia,oriya") \
    X("os", "oss", "", "ossetian") \
    X("pa", "pan", "", "punjabi,panjabi") \
    X("pi", "pli", "", "pali") \
    X("pl", "pol", "", "polish") \
    X("ps", "pus", "", "pashto,pushto") \
    X("pt", "por", "", "portuguese") \
    X("qu", "que", "", "quechua") \
    X("rm", "roh", "", "romansh") \
    X("rn", "run", "", "rundi") \
    X("ro", "ron", "rum", "romanian,moldovan") \
    X("ru", "rus", "", "russian") \
    X("rw", "kin", "", "kinyarwanda") \
    X("sa", "san", "", "sanskrit") \
    X("sc", "srd", "", "sardinian") \
    X("sd", "snd", "", "sindhi") \
    X("se", "sme", "", "northern sami") \
    X("sg", "sag", "", "sango") \
    X("si", "sin", "", "sinhala,sinhalese") \
    X("sk", "slk", "slo", "slovak") \
    X("sl", "slv", "", "slovenian") \
    X("sm", "smo", "", "samoan") \
    X("sn", "sna", "", "shona") \
    X("so", "som", "", "somali") \
    X("sq", "sqi", "alb", "albanian") \
    X("sr", "srp", "", "serbian") \
    X("ss", "ssw", "", "swati") \
    X("st", "sot", "", "southern sotho,sesotho") \
    X("su", "sun", "", "sundanese") \
    X("sv", "swe", "", "swedish") \
    X("sw", "swa", "", "swahili,kiswahili") \
    X("ta", "tam", "", "tamil") \
    X("te", "tel", "", "telugu") \
    X("tg", "tgk", "", "tajik") \
    X("th", "tha", "", "thai") \
    X("ti", "tir", "", "tigrinya") \
    X("tk", "tuk", "", "turkmen") \
    X("tl", "tgl", "", "tagalog") \
    X("tn", "tsn", "", "tswana") \
    X("to", "ton", "", "tongan") \
    X("tr", "tur", "", "turkish") \
    X("ts", "tso", "", "tsonga") \
    X("tt", "tat", "", "tatar") \
    X("tw", "twi", "", "twi") \
    X("ty", "tah", "", "tahitian") \
    X("ug", "uig", "", "uyghur,uighur") \
    X("uk", "ukr", "", "ukrainian") \
    X("ur", "urd", "", "urdu") \
    X("uz", "uzb", "", "uzbek") \
    X("ve", "ven", "", "venda") \
    X("vi", "vie", "", "vietnamese") \
    X("vo", "vol", "", "volapuk") \
    X("wa", "wln", "", "walloon") \
    X("wo", "wol", "", "wolof") \
    X("xh", "xho", "", "xhosa") \
    X("yi", "yid", "", "yiddish") \
    X("yo", "yor", "", "yoruba") \
    X("za", "zha", "", "zhuang") \
    X("zh", "zho", "chi", "chinese") \
    X("zu", "zul", "", "zulu")
/* clang-format on */
