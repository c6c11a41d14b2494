package dev.lethe.app;

import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.membership.Slices;
import dev.lethe.core.data.Column;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.data.Records;
import dev.lethe.core.model.Trainer;
import dev.lethe.intake.Images;
import dev.lethe.intake.Limits;
import dev.lethe.nn.NetworkTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Audits: of a recipe on data, of a model by its answers. */
@Command(
        name = "audit",
        description = "Measure what a model gives away about the people it was trained on.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Lethe.Version.class,
        subcommands = {AuditCommand.Data.class, PredictionsCommand.class, TextCommand.class},
        footer = {
            "",
            "Examples:",
            "  lethe audit data --table people.csv --label income",
            "  lethe audit predictions --members train-predictions.csv --nonmembers test-predictions.csv",
            "  lethe audit data --help"
        })
final class AuditCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "missing command: what shall be audited? 'lethe audit data' or 'lethe audit predictions'");
    }

    /** {@code lethe audit data}. */
    @Command(
            name = "data",
            description = "Train a classifier on data by a recipe, attack it, and report what it gives away.",
            customSynopsis = {
                "lethe audit data --table FILE --label COLUMN [OPTIONS]",
                "       lethe audit data --images FILE,... [OPTIONS]",
                "       lethe audit data --config FILE [OPTIONS]"
            },
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  lethe audit data --table people.csv --label income",
                "  lethe audit data --table bank.csv --label job --width 256 --epochs 60 \\",
                "      --members 5000 --shadows 16 --slices age,marital --seed 7",
                "  lethe audit data --images train-images-idx3-ubyte.gz --rows 10000",
                "  lethe audit data --config audit.yaml"
            })
    static final class Data implements Callable<Integer>, Failures.Debuggable {
        @Spec
        private CommandSpec spec;

        @ArgGroup(validate = false, heading = "%nData%n")
        private DataFlags data = new DataFlags();

        @ArgGroup(validate = false, heading = "%nRecipe%n")
        private RecipeFlags recipe = new RecipeFlags();

        @ArgGroup(validate = false, heading = "%nAudit%n")
        private AuditFlags audit = new AuditFlags();

        @SuppressWarnings("UnusedVariable") // Read before the flags are parsed, by Config; here for the help.
        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "A YAML file with the same flags, without hyphens: 'learning-rate: 0.001'.")
        private Path config;

        @ArgGroup(validate = false, heading = "%nGeneral%n")
        private Common common = new Common();

        @Override
        public boolean debug() {
            return common.debug;
        }

        @Override
        public Integer call() throws IOException {
            try (Console console = new Console(common.quiet)) {
                if ((data.table == null) == (data.images == null)) {
                    throw new ParameterException(spec.commandLine(), "give either --table or --images");
                }
                if (data.table != null) {
                    auditTable(console);
                } else {
                    auditImages(console);
                }
                return 0;
            }
        }

        private void auditTable(Console console) throws IOException {
            if (data.label == null) {
                throw new ParameterException(spec.commandLine(), "--table needs --label COLUMN, the column to predict");
            }
            if (data.rows != null) {
                throw new ParameterException(
                        spec.commandLine(), "--rows is for images; --members takes a part of a table");
            }
            Trainer<LabelledTable> trainer = recipe.tableTrainer();
            LabelledTable table = data.task();
            run(
                    table,
                    trainer,
                    slices(table),
                    Recipe.MLP,
                    data.table,
                    "predicting '" + data.label + "' from ",
                    console);
        }

        private void auditImages(Console console) throws IOException {
            if (data.speaksOfColumns()) {
                throw new ParameterException(
                        spec.commandLine(), "--images takes none of the flags that speak of columns, such as --label");
            }
            if (data.rows != null && data.rows < 1) {
                throw new ParameterException(spec.commandLine(), "--rows " + data.rows + " must be at least 1");
            }
            Trainer<Examples> trainer = recipe.trainer(Recipe.CNN);
            int most = data.rows == null ? Integer.MAX_VALUE : data.rows;
            Examples images = Images.read(data.images, most, Limits.DEFAULT);
            run(images, trainer, List.of(), Recipe.CNN, data.images.get(0), "on ", console);
        }

        private <D extends Records> void run(
                D records,
                Trainer<D> trainer,
                List<Slices.Slice> slices,
                Recipe byDefault,
                Path file,
                String relation,
                Console console)
                throws IOException {
            int members = data.members == null ? byDefault(records) : data.members;
            MembershipAudit membership = audit.audit(members);
            Map<String, String> settings = new LinkedHashMap<>();
            data.describe(settings, members);
            recipe.describe(settings, byDefault);
            audit.describe(settings);
            String name = String.valueOf(file.getFileName());
            String title = recipe.chosen(byDefault).id() + " " + relation + name;
            new AuditRun(audit, common)
                    .run(
                            records,
                            trainer,
                            membership,
                            slices,
                            new MembershipAudit.Described(
                                    title,
                                    name,
                                    "",
                                    data.unit == null ? "" : data.unit,
                                    settings,
                                    Lethe.Version.number()),
                            console);
        }

        /** The table of an audit that was: its flags come from the report. */
        LabelledTable table() throws IOException {
            return data.task();
        }

        NetworkTrainer networkTrainer() {
            return recipe.trainer(Recipe.MLP);
        }

        MembershipAudit membership(LabelledTable table) {
            return audit.audit(data.members == null ? byDefault(table) : data.members);
        }

        /** A tenth of the people stay out. */
        private static int byDefault(Records records) {
            long people = Arrays.stream(records.people()).distinct().count();
            return (int) (people * 9 / 20);
        }

        private List<Slices.Slice> slices(LabelledTable table) {
            return slicesOf(table, data.slices);
        }
    }

    /** The groups of the named columns, the label among them. */
    static List<Slices.Slice> slicesOf(LabelledTable table, List<String> columns) {
        List<Slices.Slice> slices = new ArrayList<>();
        for (String name : columns) {
            Column column = name.equals(table.label())
                    ? new Column.Categorical(name, table.labels(), table.classes())
                    : table.features()
                            .column(name)
                            .orElseThrow(() -> new IllegalArgumentException("--slices: no column '" + name
                                    + "'; the columns are "
                                    + table.features().columns().stream()
                                            .map(Column::name)
                                            .toList()));
            slices.addAll(Slices.of(column));
        }
        return slices;
    }
}
