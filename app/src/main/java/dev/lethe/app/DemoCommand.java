package dev.lethe.app;

import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.model.Trainer;
import dev.lethe.intake.Csv;
import dev.lethe.intake.CsvOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;

/** The main job on built-in data. */
@Command(
        name = "demo",
        description = "Audit a classifier on built-in data: the jobs of 45,211 bank customers.",
        sortOptions = false,
        footer = {"", "Examples:", "  lethe demo", "  lethe demo --shadows 64 --out demo-report --seed 7"})
final class DemoCommand implements Callable<Integer>, Failures.Debuggable {
    /** Ends the name of the table in the report: it lies in no folder. */
    static final String BUILT_IN = "(built in)";

    private static final String RESOURCE = "/dev/lethe/app/demo/bank-full.csv";
    private static final String LABEL = "job";
    private static final int MEMBERS = 5000;
    /** A first look in under a minute; {@code audit data} runs all attacks unless told otherwise. */
    private static final List<String> QUICK =
            List.of("loss-threshold", "confidence-threshold", "entropy-threshold", "shokri", "lira", "rmia", "bavaria");

    private static final String ATTRIBUTION =
            "Bank Marketing, UCI Machine Learning Repository, CC BY 4.0: S. Moro, P. Cortez, P. Rita, A data-driven"
                    + " approach to predict the success of bank telemarketing, Decision Support Systems 62 (2014).";

    @ArgGroup(validate = false, heading = "%nRecipe%n")
    private RecipeFlags recipe = new RecipeFlags();

    @ArgGroup(validate = false, heading = "%nAudit%n")
    private AuditFlags audit = new AuditFlags();

    @ArgGroup(validate = false, heading = "%nGeneral%n")
    private Common common = new Common();

    @Override
    public boolean debug() {
        return common.debug;
    }

    @Override
    public Integer call() throws IOException {
        try (Console console = new Console(common.quiet)) {
            Trainer<LabelledTable> trainer = recipe.tableTrainer();
            if (audit.attacks == null) {
                audit.attacks = QUICK;
            }
            MembershipAudit membership = audit.audit(MEMBERS);
            LabelledTable table = builtIn();
            Map<String, String> settings = new LinkedHashMap<>();
            settings.put("table", "bank-full.csv " + BUILT_IN);
            settings.put("label", LABEL);
            settings.put("members", Integer.toString(MEMBERS));
            settings.put("slices", "age");
            recipe.describe(settings, Recipe.MLP);
            audit.describe(settings);
            String title = recipe.chosen(Recipe.MLP).id() + " predicting '" + LABEL + "' from bank-full.csv";
            new AuditRun(audit, common)
                    .run(
                            table,
                            trainer,
                            membership,
                            AuditCommand.slicesOf(table, List.of("age")),
                            new MembershipAudit.Described(
                                    title, "bank-full.csv", ATTRIBUTION, "", settings, Lethe.Version.number()),
                            console);
            return 0;
        }
    }

    static LabelledTable builtIn() throws IOException {
        Path file = Files.createTempFile("lethe-demo", ".csv");
        try (InputStream resource = DemoCommand.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException("the built-in data " + RESOURCE + " is not in this build");
            }
            Files.copy(resource, file, StandardCopyOption.REPLACE_EXISTING);
            return Csv.task(file, LABEL, CsvOptions.DEFAULT);
        } finally {
            Files.delete(file);
        }
    }
}
