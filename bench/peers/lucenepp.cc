/* Lucene++ beside Stemma (ask.h has the calls). Positions are kept, texts are not, and the index is optimised into one
 * segment. */
/* clang-format off: the first is to stand before all others of its headers. */
#include <lucene++/LuceneHeaders.h>
#include <lucene++/Collector.h>
#include <lucene++/MMapDirectory.h>
#include <lucene++/PhraseQuery.h>
#include <lucene++/SpanNearQuery.h>
#include <lucene++/SpanTermQuery.h>
#include <lucene++/WhitespaceAnalyzer.h>
/* clang-format on */

#include <fstream>
#include <string>

#include "bench/peers/ask.h"

namespace
{

using namespace Lucene;

const wchar_t *const BODY = L"body";

String wide(const char *text)
{
    return StringUtils::toUnicode(std::string(text));
}

void build(const char *tokens, const char *path)
{
    std::ifstream in(tokens);
    std::string line;
    if (!in) {
        ask_fail(tokens);
    }
    IndexWriterPtr out = newLucene<IndexWriter>(FSDirectory::open(wide(path)),
                                                newLucene<WhitespaceAnalyzer>(), true,
                                                IndexWriter::MaxFieldLengthUNLIMITED);
    out->setRAMBufferSizeMB(256);
    out->setUseCompoundFile(false);
    while (std::getline(in, line)) {
        DocumentPtr article = newLucene<Document>();
        article->add(newLucene<Field>(BODY, StringUtils::toUnicode(line),
                                      Field::STORE_NO, Field::INDEX_ANALYZED_NO_NORMS));
        out->addDocument(article);
    }
    out->optimize();
    out->close();
}

/* Counts, and never asks for a score. */
class Counter : public Collector
{
  public:
    virtual ~Counter()
    {
    }
    LUCENE_CLASS(Counter);
    virtual void setScorer(const ScorerPtr &)
    {
    }
    virtual void collect(int32_t)
    {
        articles++;
    }
    virtual void setNextReader(const IndexReaderPtr &, int32_t)
    {
    }
    virtual bool acceptsDocsOutOfOrder()
    {
        return true;
    }
    long articles = 0;
};

QueryPtr query_of(enum ask_kind kind, const struct ask_query *q)
{
    if (kind == ASK_PHRASE && q->n > 1) {
        PhraseQueryPtr phrase = newLucene<PhraseQuery>();
        for (int i = 0; i < q->n; i++) {
            phrase->add(newLucene<Term>(BODY, wide(q->word[i])));
        }
        return phrase;
    }
    if (kind == ASK_NEAR) {
        Collection<SpanQueryPtr> words = Collection<SpanQueryPtr>::newInstance();
        for (int i = 0; i < q->n; i++) {
            words.add(
                newLucene<SpanTermQuery>(newLucene<Term>(BODY, wide(q->word[i]))));
        }
        return newLucene<SpanNearQuery>(words, ASK_NEAR_WORDS - 1, false);
    }
    BooleanQueryPtr all = newLucene<BooleanQuery>();
    for (int i = 0; i < q->n; i++) {
        all->add(newLucene<TermQuery>(newLucene<Term>(BODY, wide(q->word[i]))),
                 BooleanClause::MUST);
    }
    return all;
}

long answer(void *arg, enum ask_kind kind, const struct ask_query *q)
{
    auto counter = newLucene<Counter>();
    (*static_cast<IndexSearcherPtr *>(arg))->search(query_of(kind, q), counter);
    return counter->articles;
}

int run(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "build") == 0) {
        build(argv[2], argv[3]);
        return 0;
    }
    if (argc < 5) {
        fputs("usage: lucenepp build TOKENS INDEX | ask INDEX KIND QUERIES PASSES | "
              "once INDEX KIND WORDS\n",
              stderr);
        return 2;
    }
    IndexSearcherPtr searcher =
        newLucene<IndexSearcher>(newLucene<MMapDirectory>(wide(argv[2])), true);
    if (strcmp(argv[1], "once") == 0) {
        ask_once(argv[4], ask_kind_of(argv[3]), answer, &searcher);
    } else if (argc > 5) {
        ask_file(argv[4], ask_kind_of(argv[3]), atoi(argv[5]), answer, &searcher);
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    try {
        return run(argc, argv);
    } catch (const LuceneException &e) {
        fprintf(stderr, "lucenepp: %s\n", StringUtils::toUTF8(e.getError()).c_str());
        return 2;
    }
}
