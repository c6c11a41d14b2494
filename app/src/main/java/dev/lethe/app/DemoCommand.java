package dev.lethe.app;

import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.report.Report;
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
        description =
                "Audit a classifier on built-in data, the jobs of 45,211 bank customers; try remedies, and audit again.",
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
            Report before = new AuditRun(audit, common)
                    .run(
                            table,
                            trainer,
                            membership,
                            AuditCommand.slicesOf(table, List.of("age")),
                            new MembershipAudit.Described(
                                    title, "bank-full.csv", ATTRIBUTION, "", settings, Lethe.Version.number()),
                            console);
            loop(before, table, membership, console);
            return 0;
        }
    }

    /** The second half of the walk: remedies, audited as the undefended recipe was. */
    private void loop(Report before, LabelledTable table, MembershipAudit membership, Console console)
            throws IOException {
        if (!audit.rates.contains(0.001)) {
            console.say("no remedies are tried: --rates leaves out 0.001, which the demo aims at");
            return;
        }
        Path out = audit.out.resolve("fix");
        FixReport fixed = new FixRun(FixFlags.quick(out, audit.fresh), console)
                .run(before, table, recipe.trainer(Recipe.MLP), membership);
        console.close();
        if (!common.json) {
            System.out.println(System.lineSeparator() + FixText.summary(fixed));
            System.out.println("Before and after: "
                    + out.resolve(FixRun.HTML).toAbsolutePath().normalize().toUri());
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
