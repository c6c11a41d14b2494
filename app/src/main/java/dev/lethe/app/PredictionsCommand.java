package dev.lethe.app;

import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.membership.PredictionAudit;
import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.audit.outputs.AnswerKind;
import dev.lethe.audit.report.Report;
import dev.lethe.core.random.Seed;
import dev.lethe.intake.CsvOptions;
import dev.lethe.nn.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lethe audit predictions}. */
@Command(
        name = "predictions",
        description = {
            "Attack a model that was trained anywhere, by files of what it answers on its training records and on others.",
            "Files are CSV, JSON lines, Parquet, NPY or NPZ: one row a record, its answers, and its label."
        },
        customSynopsis = {"lethe audit predictions --members FILE --nonmembers FILE [--label COLUMN] [OPTIONS]"},
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  lethe audit predictions --members train.csv --nonmembers test.csv --label y",
            "  lethe audit predictions --members train.parquet --nonmembers test.parquet --drop id,split --drop-overlap",
            "  lethe audit predictions --members train-losses.npy --nonmembers test-losses.npy --form losses",
            "  lethe audit predictions --members train.npz --nonmembers test.npz --shadows shadows/ --seed 7",
            "",
            "What the answers are is found out and said; where they could be two things, --form must say which.",
            "Formats, shadow models and how to write the files from Python: docs/predictions.md"
        })
final class PredictionsCommand implements Callable<Integer>, Failures.Debuggable {
    @Spec
    private CommandSpec spec;

    @ArgGroup(validate = false, heading = "%nFiles%n")
    private Files files = new Files();

    @ArgGroup(validate = false, heading = "%nAudit%n")
    private Audit audit = new Audit();

    @ArgGroup(validate = false, heading = "%nGeneral%n")
    private Common common = new Common();

    /** What is read, and how. */
    static final class Files {
        @Option(
                names = "--members",
                paramLabel = "FILE",
                description = "Answers on records that the model was trained on.")
        Path members;

        @Option(
                names = "--nonmembers",
                paramLabel = "FILE",
                description = "Answers on records of the same kind that it was not trained on.")
        Path nonmembers;

        @Option(
                names = "--label",
                paramLabel = "COLUMN",
                description = "The column of the record's own class; found out if it is called so. Losses need none.")
        String label;

        @Option(
                names = "--form",
                paramLabel = "KIND",
                description =
                        "What the answers are: probabilities, sigmoids, logits, losses or labels; found out where they can"
                                + " be one thing only.")
        String form;

        @Option(
                names = "--shadows",
                paramLabel = "DIR",
                description =
                        "Answers of shadow models: one file each, on the rows of --members and then those of --nonmembers,"
                                + " and membership.csv or .npy, a column of 0 and 1 a model, saying which rows it was trained on.")
        Path shadows;

        @Option(
                names = "--drop",
                paramLabel = "COLUMN,...",
                split = ",",
                hideParamSyntax = true,
                description = "Columns that are neither answers nor label.")
        List<String> drop = List.of();

        @Option(
                names = "--drop-overlap",
                description = "Leave out non-members whose answers and label stand among the members too.")
        boolean dropOverlap;

        @Option(
                names = "--delimiter",
                paramLabel = "CHAR",
                description = "Between cells of CSV; found out if not given.")
        String delimiter;

        @Option(names = "--no-header", description = "The first line of CSV is a record; columns are c1, c2, ...")
        boolean noHeader;
    }

    /** What is measured, and where the report goes. */
    static final class Audit {
        @Option(
                names = "--attacks",
                paramLabel = "ID,...",
                split = ",",
                hideParamSyntax = true,
                description = "Which attacks; all that apply if not given.")
        List<String> attacks;

        @Option(
                names = "--rates",
                paramLabel = "R,...",
                split = ",",
                hideParamSyntax = true,
                defaultValue = "0.0001,0.001,0.01,0.1",
                description = "False-positive rates to report, ascending (default: ${DEFAULT-VALUE}).")
        List<Double> rates;

        @Option(
                names = "--confidence",
                paramLabel = "P",
                defaultValue = "0.95",
                description = "Of every interval, and of the verdicts together (default: ${DEFAULT-VALUE}).")
        double confidence;

        @Option(
                names = "--coins",
                description =
                        "A fair coin of its own decided of each record whether the model was trained on it: adds lower bounds"
                                + " on epsilon, which hold for no other split.")
        boolean coins;

        @Option(
                names = "--delta",
                paramLabel = "P",
                description = "Delta of the lower bounds on epsilon; 0.00001 if not given.")
        Double delta;

        @Option(names = "--threads", paramLabel = "N", description = "Attacks at once; all processors if not given.")
        Integer threads;

        @Option(
                names = "--out",
                paramLabel = "DIR",
                defaultValue = "lethe-report",
                description = "Where report.html and report.json go (default: ${DEFAULT-VALUE}).")
        Path out;
    }

    /** Loading the engine takes a second, in which files can be read. */
    private static void warmUp() {
        Thread thread = new Thread(Engine::provenance, "lethe-engine");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public boolean debug() {
        return common.debug;
    }

    @Override
    public Integer call() throws IOException {
        try (Console console = new Console(common.quiet)) {
            if (files.members == null || files.nonmembers == null) {
                throw new ParameterException(spec.commandLine(), "give both --members FILE and --nonmembers FILE");
            }
            warmUp();
            List<MembershipAttack> attacks = audit.attacks == null
                    ? Attacks.all()
                    : audit.attacks.stream().map(Attacks::parse).toList();
            int threads = audit.threads == null ? Runtime.getRuntime().availableProcessors() : audit.threads;
            PredictionAudit predictions = new PredictionAudit(attacks, audit.rates, audit.confidence, delta(), threads);
            PredictionFiles read = PredictionFiles.open(
                    files.members,
                    files.nonmembers,
                    files.label,
                    Set.copyOf(files.drop),
                    Optional.ofNullable(kind()),
                    csv(),
                    predictions.needsWholeAnswers(files.shadows != null),
                    console);
            List<PredictionAudit.Shadow> shadows = files.shadows == null ? List.of() : read.shadows(files.shadows);
            OutputFolder folder = OutputFolder.open(audit.out, AuditRun.HTML, AuditRun.JSON);
            long seed = common.seed != null ? common.seed : Seed.draw();
            if (common.seed == null) {
                console.say("seed " + seed);
            }
            Report report = predictions.run(
                    read.members(),
                    read.others(),
                    read.classes(),
                    shadows,
                    files.dropOverlap,
                    seed,
                    audit.out,
                    described(read, predictions, shadows.size()),
                    console);
            report.guard().outputs().stream()
                    .filter(note -> note.severity() != Report.Severity.NOTE)
                    .forEach(note -> console.say((note.severity() == Report.Severity.VOIDS
                                    ? "this voids the audit: "
                                    : "this weakens attacks: ")
                            + note.sentence()));
            AuditRun.publish(report, folder, audit.out, common, console);
            return 0;
        }
    }

    private OptionalDouble delta() {
        if (audit.delta != null && !audit.coins) {
            throw new ParameterException(
                    spec.commandLine(), "--delta is of the lower bounds on epsilon, which need --coins");
        }
        return !audit.coins
                ? OptionalDouble.empty()
                : OptionalDouble.of(audit.delta == null ? MembershipAudit.DEFAULT_DELTA : audit.delta);
    }

    private @Nullable AnswerKind kind() {
        if (files.form == null) {
            return null;
        }
        for (AnswerKind kind : AnswerKind.values()) {
            if (kind.name().equalsIgnoreCase(files.form)) {
                return kind;
            }
        }
        throw new ParameterException(
                spec.commandLine(),
                "--form '" + files.form
                        + "' is unknown; the forms are probabilities, sigmoids, logits, losses, labels");
    }

    private CsvOptions csv() {
        CsvFlags flags = new CsvFlags();
        flags.delimiter = files.delimiter;
        flags.noHeader = files.noHeader;
        return flags.csv();
    }

    private MembershipAudit.Described described(PredictionFiles read, PredictionAudit audited, int shadows) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("members", String.valueOf(files.members.getFileName()));
        settings.put("nonmembers", String.valueOf(files.nonmembers.getFileName()));
        settings.put("label", read.label());
        settings.put("form", files.form == null ? "found out: " + read.form() : files.form.toLowerCase(Locale.ROOT));
        if (files.shadows != null) {
            settings.put("shadows", files.shadows.getFileName() + ", " + shadows + " models");
        }
        if (!files.drop.isEmpty()) {
            settings.put("drop", String.join(",", files.drop));
        }
        settings.put("drop-overlap", Boolean.toString(files.dropOverlap));
        settings.put(
                "attacks",
                String.join(
                        ",",
                        audit.attacks == null
                                ? audited.attacks().stream()
                                        .map(a -> a.card().id())
                                        .toList()
                                : audit.attacks));
        settings.put(
                "rates",
                String.join(",", audit.rates.stream().map(String::valueOf).toList()));
        settings.put("confidence", Double.toString(audit.confidence));
        audited.delta().ifPresent(delta -> settings.put("delta, of records decided by coins", Double.toString(delta)));
        settings.putAll(read.hashes());
        String name = String.valueOf(files.members.getFileName());
        return new MembershipAudit.Described(
                "predictions in " + name,
                name + " and " + files.nonmembers.getFileName(),
                "",
                "",
                settings,
                Lethe.Version.number());
    }
}
