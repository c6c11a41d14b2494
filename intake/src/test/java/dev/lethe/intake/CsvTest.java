package dev.lethe.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CsvTest {
    @TempDir
    private Path folder;

    @Test
    void detectsNumbersAndCategories() throws IOException {
        Table table = read("age,job,score\n30,clerk,-1.5e3\n41,smith,.5\n30,clerk,+7.\n");

        assertThat(numbers(table, "age")).containsExactly(30, 41, 30);
        assertThat(numbers(table, "score")).containsExactly(-1500, 0.5, 7);
        Column.Categorical job = (Column.Categorical) table.column("job").orElseThrow();
        assertThat(job.categories()).containsExactly("clerk", "smith");
        assertThat(job.codes()).containsExactly(0, 1, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t", "|", " "})
    void detectsTheDelimiter(String delimiter) throws IOException {
        Table table = read("age,job,city\n30,clerk,'Ulm, at;the|river\there'\n41,smith,Bonn\n"
                .replace("'", "\"")
                .replaceAll(",(?! )", Matcher.quoteReplacement(delimiter)));

        assertThat(names(table)).containsExactly("age", "job", "city");
        assertThat(table.column("city").orElseThrow().text(0)).startsWith("Ulm, at;the|river");
    }

    @Test
    void aGivenDelimiterWins() throws IOException {
        Table table = Csv.read(file("a;b,c;d\n1;2,3;4\n"), CsvOptions.DEFAULT.withDelimiter(','));

        assertThat(names(table)).containsExactly("a;b", "c;d");
    }

    @Test
    void aRaggedLineDoesNotMisleadTheDetection() {
        assertThatThrownBy(() -> read("a,b,c\n1,2,3\n1,2\n4,5,6\n"))
                .isInstanceOf(BadInputException.class)
                .hasMessageEndingWith("table.csv:3: 2 cells where the header has 3, split at commas;"
                        + " repair the line, or name another --delimiter");
    }

    @Test
    void readsQuotesLineEndsByteOrderMarkAndBlankLines() throws IOException {
        Table table =
                read("\uFEFFname,\"said\"\r\n  Ann , \"say \"\"hi\"\"\r\nthen, go\" \r\n\r\n \r\nBo,5\" pipe\r\n");

        assertThat(names(table)).containsExactly("name", "said");
        assertThat(table.size()).isEqualTo(2);
        assertThat(table.column("name").orElseThrow().text(0)).isEqualTo("Ann");
        assertThat(table.column("said").orElseThrow().text(0)).isEqualTo("say \"hi\"\r\nthen, go");
        assertThat(table.column("said").orElseThrow().text(1)).isEqualTo("5\" pipe");
    }

    @Test
    void namesTheColumnsOfAFileWithoutHeader() throws IOException {
        Table table = Csv.read(file("1 a\n2 b\n"), CsvOptions.DEFAULT.withHeader(false));

        assertThat(names(table)).containsExactly("c1", "c2");
        assertThat(table.size()).isEqualTo(2);
    }

    @Test
    void unpacksGzipWhateverTheName() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("a,b\n1,2\n".getBytes(StandardCharsets.UTF_8));
        }
        byte[] bytes = packed.toByteArray();

        assertThat(Csv.read(file(bytes), CsvOptions.DEFAULT).size()).isEqualTo(1);
        assertBad(
                () -> Csv.read(file(Arrays.copyOf(bytes, bytes.length - 9)), CsvOptions.DEFAULT),
                "table.csv: is gzip, but cut off or damaged");
    }

    @Test
    void theUsualMissingValuesAreMissing() throws IOException {
        Table table = read("n,c\n1,x\n,\"\"\n?,NA\nN/A,null\nNaN, ? \n2,y\n");

        assertThat(numbers(table, "n")).containsExactly(1, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 2);
        Column.Categorical c = (Column.Categorical) table.column("c").orElseThrow();
        assertThat(c.codes()).containsExactly(0, -1, -1, -1, -1, 1);
    }

    @Test
    void missingValuesCanBeNamed() throws IOException {
        Table table = Csv.read(file("n,c\n1,?\n-9,x\n,y\n"), CsvOptions.DEFAULT.withMissing(Set.of("-9")));

        assertThat(numbers(table, "n")).containsExactly(1, Double.NaN, Double.NaN);
        assertThat(table.column("c").orElseThrow().text(0)).isEqualTo("?");
    }

    @Test
    void typesCanBeOverridden() throws IOException {
        Path file = file("code,n\n01,1\n1,2\n");
        Table table = Csv.read(file, CsvOptions.DEFAULT.withType("code", ColumnType.CATEGORICAL));
        Column.Categorical code = (Column.Categorical) table.column("code").orElseThrow();

        assertThat(code.categories()).containsExactly("01", "1");
        assertBad(
                () -> Csv.read(file("n,m\n1,1\nsecret,2\n"), CsvOptions.DEFAULT.withType("n", ColumnType.NUMERIC)),
                ":3: not a number in column 'n', which is declared numeric; if it stands for a missing value");
        assertBad(
                () -> Csv.read(file("n,m\n1,1\n"), CsvOptions.DEFAULT.withType("nn", ColumnType.NUMERIC)),
                "no column 'nn' to drop or type; the columns are 'n', 'm'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"inf", "-Infinity", "1e999", "-1e999", "+INF"})
    void anInfinityAmongNumbersIsAnError(String infinity) {
        assertBad(() -> read("n,m\n1,1\n" + infinity + ",2\n"), ":3: infinite or too large a number in column 'n'");
    }

    @Test
    void anInfinityIsFoundInALongColumnAsWellAndAllowedAmongWords() throws IOException {
        String numbers = IntStream.range(0, 3000).mapToObj(i -> i + ",x\n").collect(Collectors.joining());

        assertBad(() -> read("n,m\ninf,x\n" + numbers), ":2: infinite");
        assertBad(() -> read("n,m\n" + numbers + "inf,x\n"), ":3002: infinite");
        assertThat(read("n,m\ninf,x\nsup,y\n").column("n").orElseThrow().text(0))
                .isEqualTo("inf");
    }

    @Test
    void aWordInALongColumnOfNumbersIsAnErrorWhereverItStands() {
        String numbers = IntStream.range(0, 3000).mapToObj(i -> i + ",x\n").collect(Collectors.joining());

        assertBad(() -> read("n,m\nsecret,x\n" + numbers), ":2: not a number in column 'n', which otherwise holds");
        assertBad(() -> read("n,m\n" + numbers + "secret,x\n"), ":3002: not a number in column 'n'");
    }

    @Test
    void aLongColumnOfNumbersKeepsItsValues() throws IOException {
        Table table = read("n,m\n"
                + IntStream.range(0, 5000)
                        .mapToObj(i -> (i % 7 == 0 ? "" : i / 8.0) + ",x\n")
                        .collect(Collectors.joining()));

        double[] numbers = numbers(table, "n");
        for (int i = 0; i < 5000; i++) {
            assertThat(Double.compare(numbers[i], i % 7 == 0 ? Double.NaN : i / 8.0))
                    .as("row %d", i)
                    .isZero();
        }
    }

    @Test
    void aDecimalCommaIsNotTakenForACategory() throws IOException {
        assertBad(() -> read("n;m\n1,5;a\n2,25;b\n3;c\n"), ":2: column 'n' writes its numbers with a decimal comma");
        assertThat(Csv.read(file("n;m\n1,5;a\n2;b\n"), CsvOptions.DEFAULT.withType("n", ColumnType.CATEGORICAL))
                        .column("n")
                        .orElseThrow()
                        .text(0))
                .isEqualTo("1,5");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                     | table.csv: is empty; export it again
            `\\n\\n  \\n`          | table.csv: is empty; export it again
            `a,b\\n`               | table.csv: has a header but no records; export it again, or say --no-header
            `a,b\\n1,2,3\\n`       | table.csv:2: 3 cells where the header has 2, split at commas; repair the line
            `a,b\\n"1\\n1",2\\n3\\n` | table.csv:4: 1 cell where the header has 2, split at commas; repair the line
            `a,,b\\n1,2,3\\n`      | table.csv:1: column 2 has no name; write one into the header, or say --no-header
            `\\na,b,a\\n1,2,3\\n`  | table.csv:2: columns 1 and 3 are both named 'a'; rename one
            `a,b\\n1,\\n2,?\\n`    | table.csv: column 'b' without a single value; leave out with --drop
            `a,b,c\\n1,,\\n2,?,\\n` | table.csv: columns 'b', 'c' without a single value; leave out with --drop
            `a,b\\n1,"2\\n3,4\\n`  | table.csv:2: a quoted cell does not end, has text after its closing quote
            `a,b\\n1,"secret"x\\n` | table.csv:2: a quoted cell does not end, has text after its closing quote
            `a,b\\n1,\\0\\n`       | table.csv:2: holds a zero byte, so it is not a text; export it as CSV
            """)
    void eachMistakeIsOneLineWithPlaceAndRemedy(String text, String message) {
        String unescaped = text.replace("\\n", "\n").replace("\\0", "\0");

        assertBad(() -> read(unescaped), message);
    }

    @Test
    void filesThatAreNoneAreSaid() {
        assertBad(() -> Csv.read(folder.resolve("none.csv"), CsvOptions.DEFAULT), "none.csv: no such file; check");
        assertBad(() -> Csv.read(folder, CsvOptions.DEFAULT), ": is a directory; name a file in it");
        assertBad(
                () -> Csv.read(file("a,b\n").resolve("x"), CsvOptions.DEFAULT),
                ": cannot be opened (Not a directory); check the path");
    }

    @Test
    void textThatIsNotUtf8IsSaidWithItsPlace() {
        assertBad(
                () -> Csv.read(
                        file("a,b\r\n1,x\r\n2,München\r\n".getBytes(StandardCharsets.ISO_8859_1)), CsvOptions.DEFAULT),
                "table.csv:3: is not UTF-8 at byte 13; convert it");
        assertBad(
                () -> Csv.read(file("a,b\n1,x\n".getBytes(Charset.forName("UTF-16"))), CsvOptions.DEFAULT),
                "table.csv:1: is not UTF-8 at byte 0; convert it");
        byte[] cut = ("a,b\n" + "1,x\n".repeat(40_000) + "1,\u20AC").getBytes(StandardCharsets.UTF_8);
        assertBad(
                () -> Csv.read(file(Arrays.copyOf(cut, cut.length - 1)), CsvOptions.DEFAULT),
                "table.csv:40002: is not UTF-8 at byte 160006; convert it");
    }

    @Test
    void sizesAreBounded() {
        Limits limits = new Limits(40, 3, 10, 12, 1000, 1000);
        CsvOptions bounded = CsvOptions.DEFAULT.withLimits(limits);

        assertBad(() -> Csv.read(file("a,b\n" + "1,2\n".repeat(10)), bounded), "more than 40 bytes, the limit set");
        assertBad(() -> Csv.read(file("a,b,c,d\n"), bounded), ":1: more than 3 cells, the limit set; check");
        assertBad(() -> Csv.read(file("a,b\n12345678901,2\n"), bounded), "longer than 10 characters");
        assertBad(() -> Csv.read(file("a,b\n" + "1,2\n".repeat(7)), bounded), ":8: more than 12 cells");
    }

    @Test
    void aSmallFileThatUnpacksToALargeOneIsStopped() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("a,b\n1,2\n".repeat(1 << 18).getBytes(StandardCharsets.UTF_8));
        }
        Limits limits = new Limits(1 << 20, 10, 10, 1 << 30, 10, 10);

        assertThat(packed.size()).isLessThan(1 << 14);
        assertBad(
                () -> Csv.read(file(packed.toByteArray()), CsvOptions.DEFAULT.withLimits(limits)),
                "holds more than 1048576 bytes, the limit set for one file");
    }

    @Test
    void columnsCanBeDropped() throws IOException {
        Table table = Csv.read(file("id,n,gone\nann,1,\nbo,2,\n"), CsvOptions.DEFAULT.withDrop(Set.of("id", "gone")));

        assertThat(names(table)).containsExactly("n");
        assertBad(
                () -> Csv.read(file("a,b\n1,2\n"), CsvOptions.DEFAULT.withDrop(Set.of("x"))),
                "no column 'x' to drop or type; the columns are 'a', 'b'");
        assertBad(
                () -> Csv.read(file("a,b\n1,2\n"), CsvOptions.DEFAULT.withDrop(Set.of("a", "b"))),
                "every column is to be dropped");
    }

    @Test
    void aTaskHasItsLabelTakenOut() throws IOException {
        LabelledTable task = Csv.task(file("age,job\n30,smith\n41,clerk\n"), "job", CsvOptions.DEFAULT);

        assertThat(names(task.features())).containsExactly("age");
        assertThat(task.classes()).containsExactly("clerk", "smith");
        assertThat(task.labels()).containsExactly(1, 0);
    }

    @Test
    void aLabelThatIsNoneIsSaid() {
        String people = IntStream.range(0, 40_000)
                .mapToObj(i -> i % 50 + ",person" + i + "," + i / 7.0 + "\n")
                .collect(Collectors.joining());

        assertBad(() -> task("a,b\n1,2\n3,4\n", "c"), "table.csv: no column 'c' to predict; the columns are 'a', 'b'");
        assertBad(() -> task("a\n1\n2\n", "a"), "column 'a' is the only one, so nothing is left to predict from");
        assertBad(() -> task("a,b\n1,2\n\n3,\n", "b"), "table.csv:4: label column 'b' is empty; fill it or delete");
        assertBad(() -> task("a,b\n1,2\n3,2\n", "b"), "label column 'b' has only one value; a classifier needs two");
        assertBad(
                () -> task("n,name,m\n" + people, "name"),
                "label column 'name' has 40000 different values; a classifier needs classes with several records");
        assertBad(() -> task("n,name,m\n" + people, "m"), "label column 'm' has 40000 different values");
        assertBad(
                () -> Csv.task(file("a,b\n1,2\n"), "a", CsvOptions.DEFAULT.withDrop(Set.of("a"))),
                "column 'a' is both the label and to be dropped; choose one");
    }

    @Test
    void aFeatureLikeANameIsRefusedUnlessDeclared() throws IOException {
        Path file = file("n,name\n"
                + IntStream.range(0, 1001)
                        .mapToObj(i -> i % 2 + ",person" + i + "\n")
                        .collect(Collectors.joining()));

        assertBad(
                () -> Csv.task(file, "n", CsvOptions.DEFAULT),
                "column 'name' has 1001 different texts, as names and free text do; leave it out with --drop");
        assertThat(Csv.task(file, "n", CsvOptions.DEFAULT.withType("name", ColumnType.CATEGORICAL))
                        .size())
                .isEqualTo(1001);
        assertThat(Csv.read(file, CsvOptions.DEFAULT).size()).isEqualTo(1001);
    }

    @Test
    void textsOfAnUndeclaredColumnAreBounded() {
        Limits limits = new Limits(1 << 20, 10, 100, 10_000, 5, 5);
        String people =
                IntStream.range(0, 501).mapToObj(i -> i + ",p" + i + "\n").collect(Collectors.joining());

        assertBad(
                () -> Csv.read(file("n,name\n" + people), CsvOptions.DEFAULT.withLimits(limits)),
                ":502: column 'name' has shown 500 different texts");
    }

    @Test
    void aMessageIsOneCleanLineWhateverTheNames() {
        assertThatThrownBy(() -> read("a,\"\u001b[31m\n\u202e" + "x".repeat(500) + "\"\n1,\n"))
                .isInstanceOf(BadInputException.class)
                .message()
                .hasSizeLessThan(folder.toString().length() + 200)
                .doesNotContain("\n", "\u001b", "\u202e");
    }

    private static void assertBad(ThrowingCallable reading, String message) {
        assertThatThrownBy(reading)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n", "secret", "person")
                .contains("; ");
    }

    private Table read(String text) throws IOException {
        return Csv.read(file(text), CsvOptions.DEFAULT);
    }

    private LabelledTable task(String text, String label) throws IOException {
        return Csv.task(file(text), label, CsvOptions.DEFAULT);
    }

    private Path file(String text) throws IOException {
        return file(text.getBytes(StandardCharsets.UTF_8));
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("table.csv"), bytes);
    }

    private static List<String> names(Table table) {
        return table.columns().stream().map(Column::name).toList();
    }

    private static double[] numbers(Table table, String column) {
        return ((Column.Numeric) table.column(column).orElseThrow()).values();
    }
}
