package dev.lethe.app;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.EncodingJson;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Fingerprint;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.ledger.Custodian;
import dev.lethe.core.ledger.Entry;
import dev.lethe.core.ledger.Ledger;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEventJson;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.protect.training.CheckpointFile;
import dev.lethe.protect.training.PrivateEncoding;
import dev.lethe.protect.training.PrivateTableTraining;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lethe train}. */
@Command(
        name = "train",
        description =
                "Train a classifier on private records so that the model may be released: with differential privacy.",
        customSynopsis = {
            "lethe train --table FILE --label COLUMN --epsilon E [--delta P] --out DIR",
            "                   [--ledger FILE --dataset NAME] [OPTIONS]"
        },
        sortOptions = false,
        defaultValueProvider = TrainCommand.SuitedToNoise.class,
        footer = {
            "",
            "Written are model.safetensors, model.onnx, encoder.json, and model-card.json and .md with the claim.",
            "An interrupted training goes on when the same command is given again, without another charge.",
            "",
            "Examples:",
            "  lethe train --table people.csv --label income --epsilon 3 --delta 1e-6 --out income-model",
            "  lethe train --table people.csv --label income --epsilon 3 --delta 1e-6 --bounds age=0:100 \\",
            "      --categories sex=f|m --test held-out.csv --out income-model \\",
            "      --ledger ledger.db --dataset people",
            "  lethe train --table log.csv --label spam --epsilon 8 --delta 1e-6 --method dp-ftrl \\",
            "      --momentum 0.9 --learning-rate 0.05 --out spam-model",
            "  lethe train --table visits.csv --label returns --unit patient --max-rows-per-unit 20 \\",
            "      --epsilon 3 --delta 1e-6 --out visits-model",
            "  lethe train --table people.csv --label income --epsilon 1 --method objective-perturbation \\",
            "      --bounds age=0:100 --categories sex=f|m --out income-model",
            "",
            "Exit codes: 0 done, 2 wrong usage, 3 refused: over budget, or no price known, 4 input or output."
        })
final class TrainCommand implements Callable<Integer>, Failures.Debuggable {

    private static final Set<String> OF_STEPS = Set.of(
            "--width",
            "--channels",
            "--blocks",
            "--epochs",
            "--learning-rate",
            "--momentum",
            "--cosine",
            "--mirror-images",
            "--move-images",
            "--batch",
            "--weight-decay",
            "--dropout",
            "--early-stopping",
            "--clipping",
            "--clip",
            "--copies",
            "--averaging",
            "--seed");

    /** Large batches and not too many epochs suit noise better than what suits plain training. */
    static final class SuitedToNoise implements CommandLine.IDefaultValueProvider {
        private static final Map<String, String> VALUES =
                Map.of("--epochs", "30", "--batch", "512", "--learning-rate", "0.003");

        @Override
        public @Nullable String defaultValue(ArgSpec argument) {
            return argument instanceof OptionSpec option ? VALUES.get(option.longestName()) : null;
        }
    }

    @Spec
    private CommandSpec spec;

    @ArgGroup(validate = false, heading = "%nData%n")
    private TableFlags data = new TableFlags();

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description =
                    "A table of other records, on which to say how often the model is right. What is said of them is"
                            + " not covered by the claim.")
    private Path test;

    @ArgGroup(validate = false, heading = "%nRecipe%n")
    private RecipeFlags recipe = new RecipeFlags();

    @ArgGroup(validate = false, heading = "%nPrivacy%n")
    private TrainingFlags privacy = new TrainingFlags();

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description = "Charge this ledger first, and train nothing if it refuses.")
    private String ledger;

    @Option(names = "--dataset", paramLabel = "NAME", description = "Whose account in the ledger.")
    private String dataset;

    @Option(names = "--who", paramLabel = "NAME", description = "On whose behalf; default: you.")
    private String who;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where the model goes, its card, and a checkpoint while it trains, which is as private as the"
                    + " records.")
    private Path out;

    @Option(names = "--dry-run", description = "Only say how much noise it takes and what it would cost.")
    private boolean dryRun;

    @ArgGroup(validate = false, heading = "%nGeneral%n")
    private Common common = new Common();

    @Override
    public boolean debug() {
        return common.debug;
    }

    @Override
    public Integer call() throws IOException {
        privacy.check();
        if (privacy.method().isPerturbation()) {
            refuseSteps();
        }
        if ((ledger == null) != (dataset == null)) {
            throw usage("--ledger and --dataset go together; give both or none");
        }
        if (data.table == null || data.label == null) {
            throw usage("give --table FILE and --label COLUMN, the column to predict");
        }
        try (Console console = new Console(common.quiet)) {
            LabelledTable table = data.task();
            run(table, console);
        }
        return 0;
    }

    private void run(LabelledTable table, Console console) throws IOException {
        TrainingPlan.Protected units = units(table);
        int records = units.count();
        if (privacy.delta == null) {
            requireCategories(table);
        }
        PrivateEncoding encoding = PrivateEncoding.of(
                table.features(),
                table.classes(),
                privacy.known(),
                privacy.epsilon * privacy.encodingShare,
                privacy.delta() * privacy.encodingShare,
                units.mostRows());
        TrainingPlan plan = privacy.method().isPerturbation()
                ? TrainingPlan.Perturbed.of(
                        privacy, encoding, records, table.features().columns().size())
                : TrainingPlan.Stepwise.of(privacy, networkTrainer(), encoding, units);
        if (privacy.delta() > 1.0 / records) {
            console.say(String.format(
                    Locale.ROOT,
                    "delta %s is above 1 / %d %s: a mechanism that publishes one of them at random keeps it",
                    privacy.delta,
                    records,
                    units.name()));
        }
        String words = plan.words()
                + (encoding.found().isEmpty()
                        ? "; the encoding is given: "
                        : "; " + encoding.found().size() + " columns' encodings are found privately: ")
                + plan.claim().sentence();
        if (dryRun) {
            System.out.println(words);
            return;
        }
        ModelFolder folder = ModelFolder.open(out);
        refuseAnothers(folder, plan, table);
        Optional<LabelledTable> held = test == null ? Optional.empty() : Optional.of(held(table));
        console.say(words);
        long seed = common.seed == null ? Seed.draw() : common.seed;
        Paid paid;
        if (plan instanceof TrainingPlan.Stepwise stepwise) {
            console.say("seed " + seed + " (of first weights; noise has none)");
            paid = train(table, stepwise, folder, seed, console);
        } else {
            paid = release(table, ((TrainingPlan.Perturbed) plan).training(), Long.toHexString(Seed.draw()), console);
        }
        try (Predictor<Examples> model = paid.trained().model()) {
            plan.requirePaid(model);
            EncodingJson.Encoding encoder = paid.trained().encoding();
            Double accuracy = held.map(other ->
                            model.logits(encoder.encoder().encode(other)).accuracy(other.labels()))
                    .orElse(null);
            ModelCard card = new ModelCard(
                    plan.claim(),
                    privacy.method,
                    plan.recipe(),
                    data.label,
                    table.classes(),
                    units,
                    dataset,
                    paid.charge() == null ? null : paid.charge().hash(),
                    encoding.found(),
                    test == null ? null : String.valueOf(test.getFileName()),
                    accuracy,
                    plan instanceof TrainingPlan.Stepwise ? seed : null,
                    plan.limits(),
                    Lethe.Version.number());
            folder.write(model, encoder, card);
            Files.deleteIfExists(folder.checkpoint());
            console.close();
            System.out.println(common.json ? card.json() : card.summary() + "\n\nModel: " + out);
        }
    }

    /** Whom the claim will be about. */
    private TrainingPlan.Protected units(LabelledTable table) {
        if (data.unit == null) {
            if (privacy.mostRows != null) {
                throw usage("--max-rows-per-unit goes with --unit COLUMN, which says whose row this is");
            }
            return new TrainingPlan.Protected(table.size(), null, 1);
        }
        // Whether anybody has several rows is private, so that nothing may depend on it.
        if (privacy.method().isPerturbation()) {
            throw usage(
                    "--unit " + data.unit + ": " + privacy.method
                            + " protects single rows only; take dp-sgd or dp-ftrl, or --drop the column if each row is a person");
        }
        if (privacy.copies > 1) {
            throw usage("--copies: leave it out with --unit");
        }
        int people = (int) Arrays.stream(table.people()).distinct().count();
        return new TrainingPlan.Protected(people, data.unit, privacy.mostRows());
    }

    /** To find categories takes a delta. */
    private void requireCategories(LabelledTable table) {
        Set<String> known = privacy.known().keySet();
        for (Column column : table.features().columns()) {
            if (column instanceof Column.Categorical && !known.contains(column.name())) {
                throw usage("the categories of '" + column.name()
                        + "' are not given, and to find them takes a --delta; name" + " them with --categories "
                        + column.name() + "=A|B, give --delta P, or --drop the column");
            }
        }
    }

    /** What makes two trainings one: recipe, price and records. */
    private static String identity(TrainingPlan plan, LabelledTable table) {
        return new Fingerprint()
                .add(plan.recipe())
                .add(PrivacyEventJson.write(plan.claim().event()))
                .add(plan.claim().unit())
                .add(table.fingerprint())
                .hex();
    }

    /** Before anything is charged or written: a folder in which another training waits to go on belongs to that one. */
    private static void refuseAnothers(ModelFolder folder, TrainingPlan plan, LabelledTable table) throws IOException {
        Optional<String> left = CheckpointFile.identityIn(folder.checkpoint());
        if (left.isPresent() && !left.get().startsWith(identity(plan, table) + ' ')) {
            throw new IOException(
                    folder.checkpoint() + " is the checkpoint of another training: of other data, settings or"
                            + " charge. Finish that one with the same settings, or choose another folder; deleting the file gives up"
                            + " what was charged for it");
        }
    }

    private NetworkTrainer networkTrainer() {
        NetworkTrainer trainer = recipe.trainer(Recipe.MLP);
        if (recipe.chosen(Recipe.MLP).isForImages()) {
            throw usage("--recipe " + recipe.recipe + " is for images; take mlp or logistic for a table");
        }
        return trainer;
    }

    /** A perturbed regression has no steps: what speaks of them would not be looked at. */
    private void refuseSteps() {
        if (recipe.recipe != null && recipe.chosen(Recipe.MLP) != Recipe.LOGISTIC) {
            throw usage("--recipe " + recipe.recipe + ": " + privacy.method + " trains a logistic regression");
        }
        for (OptionSpec option : spec.options()) {
            String flag = option.longestName();
            if (OF_STEPS.contains(flag) && spec.commandLine().getParseResult().hasMatchedOption(flag)) {
                throw usage(flag + " is of training in steps; leave it out with " + privacy.method);
            }
        }
    }

    private LabelledTable held(LabelledTable table) throws IOException {
        TableFlags other = data.withTable(test);
        LabelledTable read = other.task();
        if (!read.classes().equals(table.classes())) {
            read = read.withClasses(table.classes());
        }
        return read;
    }

    /** A model, and the entry that paid for it if there is a ledger. */
    private record Paid(
            PrivateTableTraining.Trained trained, @Nullable Entry charge) {}

    private Paid train(LabelledTable table, TrainingPlan.Stepwise plan, ModelFolder folder, long seed, Console console)
            throws IOException {
        String identity = identity(plan, table);
        Optional<String> left = CheckpointFile.identityIn(folder.checkpoint());
        String run;
        EncodingJson.Encoding earlier = null;
        if (left.isPresent() && left.get().startsWith(identity + ' ')) {
            run = left.get().substring(identity.length() + 1);
            earlier = EncodingJson.read(Files.readString(folder.encoder()));
            console.say("going on from " + folder.checkpoint());
        } else {
            run = Long.toHexString(Seed.draw());
        }
        PrivateTableTraining training = new PrivateTableTraining(
                plan.encoding(),
                plan.how(),
                plan.units().count(),
                plan.units().mostRows(),
                Seed.of(seed),
                console,
                new CheckpointFile(folder.checkpoint(), identity + ' ' + run),
                earlier,
                found -> {
                    try {
                        folder.write(found);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        return earlier == null || ledger == null
                ? release(table, training, run, console)
                : charged(custodian -> custodian.resume(training, purpose(run)), table);
    }

    /** Charges, and runs. */
    private Paid release(
            LabelledTable table,
            Mechanism<LabelledTable, PrivateTableTraining.Trained> training,
            String run,
            Console console) {
        if (ledger == null) {
            console.say("No ledger: nothing records that this was released. Whatever was and will be released of these"
                    + " records adds up; --ledger keeps account.");
            return new Paid(Custodian.releaseUnrecorded(training, table), null);
        }
        return charged(custodian -> custodian.release(training, purpose(run)), table);
    }

    private String purpose(String run) {
        return "train a model of '" + data.label + "', "
                + (data.unit == null ? "" : "for '" + data.unit + "' as a unit, ") + "run " + run;
    }

    private Paid charged(
            Function<Custodian<LabelledTable>, Custodian.Released<PrivateTableTraining.Trained>> work,
            LabelledTable table) {
        try (Ledger account = LedgerFlags.open(ledger)) {
            Custodian.Released<PrivateTableTraining.Trained> released =
                    work.apply(new Custodian<>(table, account, dataset, LedgerFlags.who(who)));
            return new Paid(released.value(), released.charge());
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
