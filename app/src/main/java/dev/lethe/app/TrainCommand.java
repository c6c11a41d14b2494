package dev.lethe.app;

import dev.lethe.core.data.EncodingJson;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Fingerprint;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.ledger.Custodian;
import dev.lethe.core.ledger.Entry;
import dev.lethe.core.ledger.Ledger;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.BestAccountant;
import dev.lethe.core.privacy.Calibration;
import dev.lethe.core.privacy.Claim;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEventJson;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.protect.training.CheckpointFile;
import dev.lethe.protect.training.PrivateEncoding;
import dev.lethe.protect.training.PrivateRecipe;
import dev.lethe.protect.training.PrivateTableTraining;
import dev.lethe.protect.training.PrivateTraining;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
            "lethe train --table FILE --label COLUMN --epsilon E --delta P --out DIR",
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
            "",
            "Exit codes: 0 done, 2 wrong usage, 3 refused: over budget, or no price known, 4 input or output."
        })
final class TrainCommand implements Callable<Integer>, Failures.Debuggable {

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
        if ((ledger == null) != (dataset == null)) {
            throw usage("--ledger and --dataset go together; give both or none");
        }
        if (data.table == null || data.label == null) {
            throw usage("give --table FILE and --label COLUMN, the column to predict");
        }
        try (Console console = new Console(common.quiet)) {
            LabelledTable table = data.task();
            if (Arrays.stream(table.people()).distinct().count() < table.size()) {
                throw usage("--unit " + data.unit
                        + ": somebody has several rows, and the training would protect single rows"
                        + " only; keep one row of each, or join them");
            }
            run(table, console);
        }
        return 0;
    }

    private void run(LabelledTable table, Console console) throws IOException {
        int records = table.size();
        NetworkTrainer trainer = recipe.trainer(Recipe.MLP);
        if (recipe.chosen(Recipe.MLP).isForImages()) {
            throw usage("--recipe " + recipe.recipe + " is for images; take mlp or logistic for a table");
        }
        PrivateEncoding encoding = PrivateEncoding.of(
                table.features(),
                table.classes(),
                privacy.known(),
                privacy.epsilon * privacy.encodingShare,
                privacy.delta * privacy.encodingShare);
        PrivateRecipe how = calibrated(trainer, encoding, records);
        PrivacyEvent event = PrivateTableTraining.event(encoding, how, records);
        Claim.DifferentialPrivacy claim = new Claim.DifferentialPrivacy(
                new BestAccountant().price(event, privacy.neighbours).epsilon(PrivateTraining.priced(privacy.delta)),
                privacy.delta,
                privacy.neighbours,
                "one row",
                event);
        if (privacy.delta > 1.0 / records) {
            console.say(String.format(
                    Locale.ROOT,
                    "delta %s is above 1 / %d records: a mechanism that publishes one record at random keeps it",
                    privacy.delta,
                    records));
        }
        if (dryRun) {
            System.out.println(plan(how, claim, encoding, records));
            return;
        }
        ModelFolder folder = ModelFolder.open(out);
        Optional<LabelledTable> held = test == null ? Optional.empty() : Optional.of(held(table));
        console.say(plan(how, claim, encoding, records));
        long seed = common.seed == null ? Seed.draw() : common.seed;
        console.say("seed " + seed + " (of first weights; noise has none)");
        Paid paid = train(table, encoding, how, event, folder, seed, console);
        try (Predictor<Examples> model = paid.trained().model()) {
            new PrivateTraining(how, records, Seed.of(seed), Progress.QUIET, null)
                    .requirePaid(model.parameters().orElseThrow().length, claim.epsilon(), privacy.delta);
            EncodingJson.Encoding encoder = paid.trained().encoding();
            Double accuracy = held.map(other ->
                            model.logits(encoder.encoder().encode(other)).accuracy(other.labels()))
                    .orElse(null);
            ModelCard card = new ModelCard(
                    claim,
                    privacy.method,
                    how.describe(),
                    data.label,
                    table.classes(),
                    records,
                    dataset,
                    paid.charge() == null ? null : paid.charge().hash(),
                    encoding.found(),
                    test == null ? null : String.valueOf(test.getFileName()),
                    accuracy,
                    seed,
                    Lethe.Version.number());
            folder.write(model, encoder, card);
            Files.deleteIfExists(folder.checkpoint());
            console.close();
            System.out.println(common.json ? card.json() : card.summary() + "\n\nModel: " + out);
        }
    }

    private PrivateRecipe calibrated(NetworkTrainer trainer, PrivateEncoding encoding, int records) {
        Calibration calibration = new Calibration(
                new BestAccountant(), privacy.neighbours, privacy.epsilon, PrivateTraining.priced(privacy.delta));
        double noise = calibration.noise(multiplier ->
                PrivateTableTraining.event(encoding, privacy.recipe(trainer, multiplier, records), records));
        return privacy.recipe(trainer, noise, records);
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

    private Paid train(
            LabelledTable table,
            PrivateEncoding encoding,
            PrivateRecipe how,
            PrivacyEvent event,
            ModelFolder folder,
            long seed,
            Console console)
            throws IOException {
        String identity = new Fingerprint()
                .add(how.describe())
                .add(PrivacyEventJson.write(event))
                .add(table.fingerprint())
                .hex();
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
                encoding,
                how,
                table.size(),
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
        if (ledger == null) {
            console.say("No ledger: nothing records that this was released. Whatever was and will be released of these"
                    + " records adds up; --ledger keeps account.");
            return new Paid(Custodian.releaseUnrecorded(training, table), null);
        }
        try (Ledger account = LedgerFlags.open(ledger)) {
            Custodian<LabelledTable> custodian = new Custodian<>(table, account, dataset, LedgerFlags.who(who));
            String purpose = "train a model of '" + data.label + "', run " + run;
            Custodian.Released<PrivateTableTraining.Trained> released =
                    earlier == null ? custodian.release(training, purpose) : custodian.resume(training, purpose);
            return new Paid(released.value(), released.charge());
        }
    }

    private static String plan(
            PrivateRecipe how, Claim.DifferentialPrivacy claim, PrivateEncoding encoding, int records) {
        return String.format(
                Locale.ROOT,
                "%d steps on %d records, noise multiplier %.4f; %s: %s",
                how.steps(records),
                records,
                how.noiseMultiplier(),
                encoding.found().isEmpty()
                        ? "the encoding is given"
                        : encoding.found().size() + " columns' encodings are found privately",
                claim.sentence());
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
