/* Lucene beside Stemma; ask.h has the calls. Positions are kept, texts are not, no word is a stop word, and the index is merged
 * into one segment. */
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.spans.SpanNearQuery;
import org.apache.lucene.search.spans.SpanQuery;
import org.apache.lucene.search.spans.SpanTermQuery;
import org.apache.lucene.store.MMapDirectory;

public final class BesideLucene {
    private static final String BODY = "body";
    private static final int NEAR_SLOP = 9; // words between the two: ten from one to the other
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private static void build(Path tokens, Path index) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig(new StandardAnalyzer(CharArraySet.EMPTY_SET));
        config.setRAMBufferSizeMB(256);
        config.setUseCompoundFile(false);
        config.setMergeScheduler(new SerialMergeScheduler());
        FieldType type = new FieldType();
        type.setTokenized(true);
        type.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
        type.freeze();
        Field field = new Field(BODY, "", type);
        Document document = new Document();
        document.add(field);
        try (IndexWriter writer = new IndexWriter(new MMapDirectory(index), config);
                BufferedReader in = Files.newBufferedReader(tokens, StandardCharsets.US_ASCII)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                field.setStringValue(line);
                writer.addDocument(document);
            }
            writer.forceMerge(1);
            writer.commit();
        }
    }

    private static Query query(String kind, String line) {
        String[] words = line.split(" ");
        if (kind.equals("phrase")) {
            return new PhraseQuery(BODY, words);
        }
        if (kind.equals("and")) {
            BooleanQuery.Builder all = new BooleanQuery.Builder();
            for (String word : words) {
                all.add(new TermQuery(new Term(BODY, word)), BooleanClause.Occur.MUST);
            }
            return all.build();
        }
        SpanQuery[] spans = new SpanQuery[words.length];
        for (int i = 0; i < words.length; i++) {
            spans[i] = new SpanTermQuery(new Term(BODY, words[i]));
        }
        return new SpanNearQuery(spans, NEAR_SLOP, false);
    }

    /* All queries in each pass, so that what the machine compiles while it runs serves all of them; as many passes
     * are not counted as are. */
    private static void ask(IndexSearcher searcher, String kind, List<String> lines, int passes) throws IOException {
        double[][] micros = new double[lines.size()][passes];
        long[] articles = new long[lines.size()];
        for (int pass = -passes; pass < passes; pass++) {
            for (int i = 0; i < articles.length; i++) {
                Query query = query(kind, lines.get(i));
                long start = CLOCK.getCurrentThreadCpuTime();
                articles[i] = searcher.count(query);
                if (pass >= 0) {
                    micros[i][pass] = (CLOCK.getCurrentThreadCpuTime() - start) / 1e3;
                }
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < articles.length; i++) {
            Arrays.sort(micros[i]);
            out.append(articles[i]).append('\t').append(String.format("%.2f%n", micros[i][passes / 2]));
        }
        System.out.print(out);
    }

    public static void main(String[] args) throws IOException {
        if (args[0].equals("build")) {
            build(Path.of(args[1]), Path.of(args[2]));
            return;
        }
        try (DirectoryReader reader = DirectoryReader.open(new MMapDirectory(Path.of(args[1])))) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            if (args[0].equals("once")) {
                System.out.println(searcher.count(query(args[2], args[3])));
            } else {
                ask(searcher, args[2], Files.readAllLines(Path.of(args[3])), Integer.parseInt(args[4]));
            }
        }
    }
}
