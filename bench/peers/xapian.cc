/* Xapian beside Stemma (ask.h has the calls). Positions are kept, texts are not; what was built in parts of 100,000 articles
 * is compacted into one table of each kind. */
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <xapian.h>

#include "bench/peers/ask.h"

namespace
{

void add_words(Xapian::Document &article, const std::string &line)
{
    Xapian::termpos position = 0;
    for (size_t at = 0; at < line.size();) {
        size_t end = line.find(' ', at);
        end = end == std::string::npos ? line.size() : end;
        article.add_posting(line.substr(at, end - at), ++position);
        at = end + 1;
    }
}

void build(const char *tokens, const std::string &path)
{
    std::ifstream in(tokens);
    std::string line, parts = path + ".parts";
    if (!in) {
        ask_fail(tokens);
    }
    setenv("XAPIAN_FLUSH_THRESHOLD", "100000", 1);
    {
        Xapian::WritableDatabase out(parts, Xapian::DB_CREATE_OR_OVERWRITE |
                                                Xapian::DB_NO_SYNC);
        while (std::getline(in, line)) {
            Xapian::Document article;
            add_words(article, line);
            out.add_document(article);
        }
        out.commit();
    }
    Xapian::Database(parts).compact(path, Xapian::DBCOMPACT_NO_RENUMBER);
    std::filesystem::remove_all(parts);
}

Xapian::Query query_of(enum ask_kind kind, const struct ask_query *q)
{
    const char *const *words = q->word;
    if (q->n == 1) {
        return Xapian::Query(words[0]);
    }
    if (kind == ASK_AND) {
        return Xapian::Query(Xapian::Query::OP_AND, words, words + q->n);
    }
    if (kind == ASK_PHRASE) {
        return Xapian::Query(Xapian::Query::OP_PHRASE, words, words + q->n,
                             (Xapian::termcount)q->n);
    }
    return Xapian::Query(Xapian::Query::OP_NEAR, words, words + q->n,
                         ASK_NEAR_WORDS + 1); /* a window has both ends */
}

/* All matches are checked, so that what is called an estimate is the number. */
long answer(void *arg, enum ask_kind kind, const struct ask_query *q)
{
    const Xapian::Database &index = *static_cast<Xapian::Database *>(arg);
    Xapian::Enquire enquire(index);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_query(query_of(kind, q));
    return (long)enquire.get_mset(0, 0, index.get_doccount()).get_matches_estimated();
}

int run(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "build") == 0) {
        build(argv[2], argv[3]);
        return 0;
    }
    if (argc < 5) {
        fputs("usage: xapian build TOKENS INDEX | ask INDEX KIND QUERIES PASSES | "
              "once INDEX KIND WORDS\n",
              stderr);
        return 2;
    }
    Xapian::Database index(argv[2]);
    if (strcmp(argv[1], "once") == 0) {
        ask_once(argv[4], ask_kind_of(argv[3]), answer, &index);
    } else if (argc > 5) {
        ask_file(argv[4], ask_kind_of(argv[3]), atoi(argv[5]), answer, &index);
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    try {
        return run(argc, argv);
    } catch (const Xapian::Error &e) {
        fprintf(stderr, "xapian: %s\n", e.get_description().c_str());
        return 2;
    }
}
