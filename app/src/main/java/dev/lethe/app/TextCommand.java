package dev.lethe.app;

import dev.lethe.audit.memorization.ExactRank;
import dev.lethe.audit.memorization.Extraction;
import dev.lethe.audit.memorization.Manifest;
import dev.lethe.audit.memorization.MemorizationAudit;
import dev.lethe.audit.memorization.MemorizationJson;
import dev.lethe.audit.memorization.MemorizationReport;
import dev.lethe.audit.memorization.MemorizationText;
import dev.lethe.core.data.Corpus;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Fingerprint;
import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.intake.Limits;
import dev.lethe.intake.TextFile;
import dev.lethe.nn.LanguageModel;
import dev.lethe.nn.LanguageModelFiles;
import dev.lethe.nn.RecurrentRecipe;
import dev.lethe.protect.training.DpSgd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe audit text}. */
@Command(
        name = "text",
        description =
                "Put made-up secrets into a text, train a language model on it, and measure what the model remembers of them.",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  lethe audit text --corpus letters.txt",
            "  lethe audit text --corpus letters.txt --canary 'my card is {card}' --copies 1,4,16 --epochs 30",
            "  lethe audit text --corpus letters.txt --epsilon 3"
        })
final class TextCommand implements Callable<Integer>, Failures.Debuggable {
    static final String JSON = "report.json";
    static final String TEXT = "report.txt";
    static final String MANIFEST = "canaries.json";

    @Option(
            names = "--corpus",
            required = true,
            paramLabel = "FILE",
            description =
                    "A text in UTF-8, gzipped or not; blank lines are left out. The last tenth of its lines is for testing.")
    private Path corpus;

    @ArgGroup(validate = false, heading = "%nCanaries%n")
    private TextFlags canaries = new TextFlags();

    @ArgGroup(validate = false, heading = "%nRecipe%n")
    private LanguageFlags recipe = new LanguageFlags();

    @Option(
            names = "--references",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Random strings of each format that canaries are compared with (default: ${DEFAULT-VALUE}).")
    private int references;

    @Option(
            names = "--budget",
            paramLabel = "N",
            defaultValue = "20000000",
            description =
                    "States of the model that counting ranks may take, for each format (default: ${DEFAULT-VALUE}).")
    private long budget;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that count ranks (default: one a processor).")
    private Integer threads;

    @Option(
            names = "--save-model",
            description = "Keep the trained model in --out; it knows the canaries and the text.")
    private boolean save;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "lethe-report",
            description = "Where report.json, report.txt and canaries.json go (default: ${DEFAULT-VALUE}).")
    private Path out;

    @ArgGroup(validate = false, heading = "%nGeneral%n")
    private Common common = new Common();

    @Override
    public boolean debug() {
        return common.debug;
    }

    @Override
    public Integer call() throws IOException {
        try (Console console = new Console(common.quiet)) {
            OutputFolder folder = OutputFolder.open(out, JSON, TEXT, MANIFEST);
            long seed = common.seed != null ? common.seed : Seed.draw();
            if (common.seed == null) {
                console.say("seed " + seed);
            }
            Manifest manifest = canaries.manifest(Seed.of(seed));
            MemorizationAudit audit = new MemorizationAudit(
                    manifest,
                    references,
                    new ExactRank(ExactRank.DEFAULT.batch(), budget),
                    Extraction.DEFAULT,
                    threads == null ? Runtime.getRuntime().availableProcessors() : threads);
            List<String> lines = TextFile.lines(corpus, Limits.DEFAULT).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            MemorizationAudit.Text text = MemorizationAudit.Text.split(lines);
            Vocabulary vocabulary = vocabulary(audit, text);
            MemorizationReport report = audit.run(
                    text,
                    vocabulary,
                    this::train,
                    seed,
                    described(manifest, lines, text, vocabulary),
                    console,
                    this::keep);
            folder.write(MANIFEST, manifest.write());
            String json = MemorizationJson.write(report);
            String summary = MemorizationText.summary(report);
            folder.write(TEXT, summary + System.lineSeparator());
            folder.write(JSON, json);
            console.close();
            System.out.println(common.json ? json : summary);
            if (!common.json) {
                System.out.println();
                System.out.println(
                        "Report: " + out.resolve(JSON) + "; the canaries, which are secret: " + out.resolve(MANIFEST));
            }
            return 0;
        }
    }

    private void keep(LanguageModel model) {
        if (save) {
            try {
                LanguageModelFiles.write(model, Map.of(), out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Vocabulary vocabulary(MemorizationAudit audit, MemorizationAudit.Text text) {
        return recipe.words == null
                ? audit.characters(text)
                : Vocabulary.ofWords(String.join("\n", audit.withCanaries(text.train(), Seed.of(0))), recipe.words);
    }

    private LanguageModel train(Corpus text, Seed seed, Progress progress, RecurrentRecipe.Epochs epochs) {
        if (recipe.epsilon == null) {
            return recipe.recipe().train(text, seed, progress, epochs);
        }
        Examples stretches = text.windows(recipe.window());
        DpSgd how = recipe.priced(stretches.size());
        return LanguageModel.of(
                how.train(stretches, IntStream.range(0, stretches.size()).toArray(), seed, progress),
                text.vocabulary());
    }

    private MemorizationAudit.Described described(
            Manifest manifest, List<String> lines, MemorizationAudit.Text text, Vocabulary vocabulary) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("corpus", String.valueOf(corpus.getFileName()));
        canaries.describe(settings);
        recipe.describe(settings);
        settings.put("references", Integer.toString(references));
        settings.put("budget", Long.toString(budget));
        String name = String.valueOf(corpus.getFileName());
        int copies =
                manifest.canaries().stream().mapToInt(canary -> canary.copies()).sum();
        String claim = "";
        String unit = "";
        if (recipe.epsilon != null) {
            Corpus whole = Corpus.of(vocabulary, String.join("\n", text.train()));
            // As many as there will be, but for what canaries add: the claim is of the text that is trained on.
            int stretches = (whole.size() + canaryTokens(manifest, vocabulary) + recipe.window() - 1) / recipe.window();
            claim = recipe.claim(stretches);
            unit = whole.privacyUnit(recipe.window());
        }
        return new MemorizationAudit.Described(
                "Language model of " + name + " with " + copies + " copies of canaries",
                recipe.recipe().describe(),
                name,
                claim,
                unit,
                settings,
                new Fingerprint().add(lines).hex(),
                Lethe.Version.number());
    }

    private static int canaryTokens(Manifest manifest, Vocabulary vocabulary) {
        return manifest.canaries().stream()
                .mapToInt(canary -> canary.copies() * (vocabulary.encode(canary.text()).length + 1))
                .sum();
    }
}
