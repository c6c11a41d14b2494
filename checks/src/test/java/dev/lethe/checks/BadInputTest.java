package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.report.ReportJson;
import dev.lethe.audit.report.SampleReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever a user gets wrong: one line that names the place and the remedy, the right exit code, and nothing left behind
 * that a later run or a reader could take for a result.
 */
@Execution(ExecutionMode.CONCURRENT)
class BadInputTest {
    private static final String TABLE = "audit data --table people.csv --label outcome --out out ";
    private static final String SMALL =
            "--epochs 2 --shadows 2 --targets 1 --width 4 --members 50 --seed 7" + " --attacks loss-threshold --quiet ";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void spoil() throws IOException {
        List<String> people = Files.readAllLines(SmallData.people(folder.resolve("people.csv"), 200));
        write("empty.csv", "");
        write("header.csv", people.get(0));
        write("ragged.csv", String.join("\n", people) + "\n41,north\n");
        write("oneclass.csv", edit(people, "(yes|no)$", "no"));
        write("nocity.csv", edit(people, ",(north|south|east),", ",,"));
        write("infinite.csv", String.join("\n", people) + "\ninf,north,1.5,yes\n");
        write("nolabel.csv", String.join("\n", people) + "\n41,north,1.5,NaN\n");
        Files.write(
                folder.resolve("latin.csv"),
                (String.join("\n", people) + "\n41,Malm\u00f6,1.5,yes\n").getBytes(StandardCharsets.ISO_8859_1));
        write(
                "names.csv",
                IntStream.range(0, 40_000)
                        .mapToObj(row -> row % 7 + "," + row)
                        .collect(Collectors.joining("\n", "a,y\n", "\n")));
        write("list.yaml", "- epochs\n");
        write("broken.yaml", "epochs: [3\nlabel: {\n");
        write("none.yaml", "# nothing yet\n");
        write("within.yaml", "slices: &itself [*itself]\n");
        write("unknown.yaml", "epochz: 3\n");
        write("value.yaml", "table: people.csv\nlabel: outcome\nepochs: ten\n");

        String report = ReportJson.write(SampleReport.realistic());
        write("cut.json", report.substring(0, 3000));
        write("later.json", report.replace("\"schemaVersion\": \"2.1\"", "\"schemaVersion\": \"3.0\""));
        write("deep.json", "[".repeat(1_000_000));
        write("deeper.json", "{\"a\":".repeat(200_000));
        write("good.json", report);
        Files.createDirectories(folder.resolve("taken/report.html"));

        byte[] images = Files.readAllBytes(SmallData.images(folder, 100));
        Files.write(folder.resolve("cut-images-idx3-ubyte"), Arrays.copyOf(images, images.length / 2));
        Files.copy(folder.resolve("small-labels-idx1-ubyte"), folder.resolve("cut-labels-idx1-ubyte"));
        Files.write(folder.resolve("alone-images-idx3-ubyte"), images);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # The file
            4 | --table nowhere.csv --label y              | nowhere.csv: no such file; check the path
            4 | --table . --label y                        | .: is a directory; name a file in it
            4 | --table empty.csv --label y                | empty.csv: is empty; export it again
            4 | --table header.csv --label outcome         | header.csv: has a header but no records; export it
            4 | --table ragged.csv --label outcome         | ragged.csv:202: 2 cells where the header has 4
            4 | --table oneclass.csv --label outcome       | column 'outcome' has only one value
            4 | --table nocity.csv --label outcome         | column 'city' without a single value; leave out
            4 | --table infinite.csv --label outcome       | infinite.csv:202: infinite or too large a number in column 'age'
            4 | --table nolabel.csv --label outcome        | nolabel.csv:202: label column 'outcome' is empty; fill it
            4 | --table latin.csv --label outcome          | latin.csv:202: is not UTF-8
            4 | --table names.csv --label y                | column 'y' has 40000 different values
            4 | --table people.csv --label income          | no column 'income' to predict; the columns are 'age'
            4 | --table people.csv --label age --numeric city | people.csv:2: not a number in column 'city'
            4 | --table people.csv --label outcome --drop outcome | both the label and to be dropped; choose one
            4 | --images nowhere                           | nowhere: no such file; check the path
            4 | --images people.csv                        | people.csv: is neither IDX
            4 | --images cut-images-idx3-ubyte             | ends after 49 images where its header says 100
            4 | --images alone-images-idx3-ubyte           | alone-labels-idx1-ubyte: no such file; put the labels
            # The flags
            2 | --table people.csv                         | --table needs --label COLUMN
            2 | --table people.csv --label y --images x    | give either --table or --images
            2 | --recipe mlp                               | give either --table or --images
            2 | --images small-images-idx3-ubyte --label y | --images takes none of the flags that speak of columns
            2 | --images small-images-idx3-ubyte --rows 0  | --rows 0 must be at least 1
            2 | --config nowhere.yaml                      | nowhere.yaml does not exist; check the path
            2 | --config list.yaml                         | list.yaml must be one YAML mapping
            2 | --config none.yaml                         | none.yaml must be one YAML mapping
            2 | --config broken.yaml                       | broken.yaml:2:6 is not valid YAML
            2 | --config within.yaml                       | within.yaml: 'slices' must be a value or a list of values
            2 | --config unknown.yaml                      | unknown.yaml: 'epochz' is no flag of 'lethe audit data'
            2 | --config value.yaml                        | '--epochs': 'ten' is not an int
            """)
    void refusesTheData(int code, String flags, String line) throws Exception {
        refuses(code, "audit data --out out " + flags, line);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            --members 101            | members 101 needs 202 rows
            --members 3              | members 3 must be at least 10
            --shadows 5              | shadows 5 must be even
            --shadow 4               | did you mean --shadows?
            --epochs 0               | epochs 0 must lie in 1..100000
            --learning-rate -0.1     | learning rate -0.1 must lie in (0, 10]
            --learning-rate NaN      | learning rate NaN must lie in (0, 10]
            --width 0                | width 0 must lie in 1..65536
            --recipe forest          | --recipe 'forest' is unknown; the recipes are logistic, mlp, cnn, resnet
            --recipe cnn             | --recipe cnn is for images; take mlp or logistic
            --recipe resnet          | --recipe resnet is for images; take mlp or logistic
            --mirror-images          | --mirror-images is for images
            --move-images 2         | --move-images is for images
            --cosine 1               | rise 1.0 must lie in [0, 1)
            --momentum 1             | momentum 1.0 must lie in [0, 1)
            --blocks 2               | --blocks means nothing to the mlp recipe
            --attacks lyra           | attack 'lyra' is unknown; the attacks are loss-threshold
            --attacks :              | attack '' is unknown
            --attacks lira:variance=none | setting variance cannot be 'none'; it takes
            --attacks lira,lira      | attacks name lira twice
            --slices height          | --slices: no column 'height'; the columns are
            --numeric age --categorical age | choose one
            --rows 5                 | --rows is for images
            --rates 0.1,0.01         | must ascend
            --confidence 95          | confidence 95.0 must lie in
            --threads 0              | threads 0 must be at least 1
            --recipe logistic --width 8 | --width means nothing to the logistic recipe
            --channels 8             | --channels means nothing to the mlp recipe
            --seed x                 | '--seed': 'x' is not a long
            --width 8 --epochs 3 --epochs 4 | '--epochs' should be specified only once
            """)
    void refusesASetting(String flags, String line) throws Exception {
        refuses(2, TABLE + flags, line);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            2 | audit                              | missing command
            2 | audit dat                          | did you mean data?
            2 | show                               | Missing required parameter: 'FILE'
            4 | show nowhere.json                  | nowhere.json does not exist; check the path
            4 | show .                             | . is a folder; name the report.json in it
            4 | show empty.csv                     | empty.csv: the document must be an object
            4 | show latin.csv                     | latin.csv: not UTF-8 text; name a report.json
            4 | show cut.json                      | cut.json: not JSON: stopped at line
            4 | show later.json                    | later.json: schemaVersion is 3.0; this version of Lethe reads 2.x
            4 | show deep.json                     | deep.json: not JSON
            4 | show deeper.json                   | deeper.json: not JSON
            4 | show good.json --out good.json/x | the folder good.json/x cannot be made
            4 | show good.json --out taken | taken/report.html is a folder
            """)
    void refusesACommand(int code, String command, String line) throws Exception {
        refuses(code, command, line);
    }

    /** By root too, who may write everywhere: below a regular file, and where the kernel does not let anybody. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            people.csv/out | the folder people.csv/out cannot be made
            people.csv     | the folder people.csv cannot be made
            /proc/out      | the folder /proc/out cannot be made
            taken          | taken/report.html is a folder
            """)
    void refusesAPlaceThatCannotBeWritten(String out, String line) throws Exception {
        refuses(4, "audit data --table people.csv --label outcome --out " + out, line);
        assertThat(Files.size(folder.resolve("people.csv"))).isPositive();
        assertThat(folder.resolve("taken/shadows")).doesNotExist();
    }

    @Test
    void refusesModelsOfAnotherRunOrOfNone(@TempDir Path place) throws Exception {
        List<String> people = Files.readAllLines(Files.copy(folder.resolve("people.csv"), place.resolve("people.csv")));
        Files.writeString(place.resolve("others.csv"), edit(people, "north", "west"));
        String command = "audit data --label outcome --out store --table people.csv " + SMALL;
        CommandLineRun first = CommandLineRun.of(place, command.split(" "));
        assertThat(first.code()).as(first.err()).isZero();
        byte[] report = Files.readAllBytes(place.resolve("store/report.json"));

        refuses(place, 4, command.replace("--epochs 2", "--epochs 3"), "of another recipe");
        refuses(place, 4, command.replace("--seed 7", "--seed 8"), "of another seed (7, not 8)");
        refuses(place, 4, command.replace("people.csv", "others.csv"), "of another data");

        Path manifest = place.resolve("store/shadows/store.json");
        String sound = Files.readString(manifest);
        for (String damage : List.of("", sound.substring(0, 40), "[]", "[".repeat(100_000))) {
            Files.writeString(manifest, damage);
            refuses(place, 4, command.replace("--seed 7 ", ""), "cannot be read as the description");
        }
        Files.delete(manifest);
        refuses(place, 4, command, "holds models, but no store.json");
        assertThat(place.resolve("store/report.json")).hasBinaryContent(report);

        CommandLineRun fresh = CommandLineRun.of(place, (command + "--fresh").split(" "));
        assertThat(fresh.code()).as("--fresh is the way out: " + fresh.err()).isZero();
    }

    private static void refuses(int code, String command, String line) throws Exception {
        refuses(folder, code, command, line);
    }

    private static void refuses(Path place, int code, String command, String line) throws Exception {
        CommandLineRun run = CommandLineRun.of(place, command.strip().split(" +"));
        assertThat(run.err()).startsWith("lethe: ").contains(line).hasSizeLessThan(600);
        assertThat(run.err().lines()).as("lines on standard error").hasSize(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isEqualTo(code);
        assertThat(place.resolve("out")).as("the output folder").doesNotExist();
        try (Stream<Path> files = Files.walk(place)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".partial"));
        }
    }

    private static String edit(List<String> lines, String pattern, String replacement) {
        return Stream.concat(
                        lines.stream().limit(1),
                        lines.stream().skip(1).map(line -> line.replaceFirst(pattern, replacement)))
                .collect(Collectors.joining("\n"));
    }

    private static void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
