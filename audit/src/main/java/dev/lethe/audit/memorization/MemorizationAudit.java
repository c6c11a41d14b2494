package dev.lethe.audit.memorization;

import dev.lethe.core.data.Corpus;
import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.SequenceModel;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Engine;
import dev.lethe.nn.LanguageModel;
import dev.lethe.nn.RecurrentRecipe;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The audit of a training recipe by canaries: puts them into a text, has a model trained on it, and asks the model for each of them, and
 * for secrets of which only the format is known (Carlini et al., "The Secret Sharer", USENIX Security 2019).
 *
 * @param manifest the canaries and controls
 * @param references random fillings of each format
 * @param rank counts fillings; its budget is for each format
 * @param extraction searches for the likeliest fillings
 * @param threads that count at once
 */
public record MemorizationAudit(Manifest manifest, int references, ExactRank rank, Extraction extraction, int threads) {
    /** References that follow exposures from epoch to epoch. */
    private static final int FEWER = 300;

    private static final int BEAMS = 10;
    private static final long SAMPLES = 10_000;
    private static final int BINS = 40;

    public MemorizationAudit {
        if (references < 100 || threads < 1) {
            throw new IllegalArgumentException(
                    "references " + references + " must be at least 100 and threads " + threads + " at least 1");
        }
    }

    /** What trains a model on a text. */
    @FunctionalInterface
    public interface TextTrainer {
        /**
         * Trains.
         *
         * @param epochs told after each epoch, if the recipe has epochs
         */
        LanguageModel train(Corpus corpus, Seed seed, Progress progress, RecurrentRecipe.Epochs epochs);
    }

    /**
     * The text.
     *
     * @param train lines to train on, into which canaries go
     * @param test lines that the model is not trained on
     */
    public record Text(List<String> train, List<String> test) {
        public Text {
            train = List.copyOf(train);
            test = List.copyOf(test);
            if (train.isEmpty() || test.isEmpty()) {
                throw new IllegalArgumentException(
                        "the text needs at least a line to train on and a line to test on; give a longer text");
            }
        }

        /** The last tenth of the lines, at least one, is for testing. */
        public static Text split(List<String> lines) {
            if (lines.size() < 2) {
                throw new IllegalArgumentException("the text has " + lines.size()
                        + " lines with characters, and needs at least two, one to train on and one to test on");
            }
            int test = Math.max(1, lines.size() / 10);
            return new Text(lines.subList(0, lines.size() - test), lines.subList(lines.size() - test, lines.size()));
        }
    }

    /** What only the caller knows of the run. */
    public record Described(
            String title,
            String model,
            String corpus,
            String claim,
            String unit,
            Map<String, String> settings,
            String corpusHash,
            String version) {}

    /** Characters of a text and of canaries that shall go into it. */
    public Vocabulary characters(Text text) {
        StringBuilder also = new StringBuilder("\n");
        for (Canary canary : manifest.canaries()) {
            for (CanaryFormat.Part part : canary.format().parts()) {
                if (part instanceof CanaryFormat.Part.Fixed fixed) {
                    also.append(fixed.text());
                } else if (part instanceof CanaryFormat.Part.Choice choice) {
                    choice.symbols().forEach(also::append);
                } else {
                    also.append("0123456789");
                }
            }
        }
        return Vocabulary.ofCharacters(
                joined(Stream.concat(text.train().stream(), text.test().stream())
                        .toList()),
                also.toString());
    }

    private static String joined(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    /** A text with the canaries in it. */
    public List<String> withCanaries(List<String> lines, Seed seed) {
        List<String> all = new ArrayList<>();
        new Insertion(manifest, seed).into(lines, lines.size(), line -> line, all::add);
        return all;
    }

    /**
     * Runs it.
     *
     * @param vocabulary that the model shall know
     * @param keep shown the trained model at the end; need not close it
     * @throws IllegalArgumentException if a canary is in the text already, or the vocabulary cannot write one
     */
    public MemorizationReport run(
            Text text,
            Vocabulary vocabulary,
            TextTrainer trainer,
            long root,
            Described described,
            Progress progress,
            Consumer<LanguageModel> keep) {
        Instant started = Instant.now();
        Seed seed = Seed.of(root);
        // Before hours of training: whether all can be written.
        manifest.formats().forEach(format -> new SecretTree(format, vocabulary));
        Corpus train = Corpus.of(vocabulary, joined(withCanaries(text.train(), seed)));
        Corpus test = Corpus.of(vocabulary, joined(text.test()));
        List<MemorizationReport.Epoch> epochs = new ArrayList<>();
        try (LanguageModel model = trainer.train(
                train,
                seed.fork("training"),
                progress,
                (epoch, loss, now) -> epochs.add(new MemorizationReport.Epoch(
                        epoch, loss, now.lossNats(test), exposures(now, seed.fork("epoch")))))) {
            if (epochs.isEmpty()) {
                epochs.add(new MemorizationReport.Epoch(
                        0, model.lossNats(train), model.lossNats(test), exposures(model, seed.fork("epoch"))));
            }
            List<MemorizationReport.Format> formats = measure(model, seed, progress);
            keep.accept(model);
            return new MemorizationReport(
                    new MemorizationReport.Subject(
                            described.title(),
                            described.model(),
                            described.corpus(),
                            train.size(),
                            vocabulary.size(),
                            model.parameterCount(),
                            described.claim(),
                            described.unit()),
                    root,
                    new MemorizationReport.Provenance(
                            described.version(),
                            described.settings(),
                            described.corpusHash(),
                            Engine.provenance(),
                            started.toString(),
                            Duration.between(started, Instant.now()).toMillis() / 1e3),
                    manifest.digest(),
                    epochs,
                    formats,
                    limits());
        }
    }

    private List<String> limits() {
        return List.of(
                "Canaries are made up. Secrets that stand in the text in other words, or that other lines foretell, may be remembered more"
                        + " or less than they.",
                "This tests a recipe on a text, not one finished model: another text, another number of epochs or another seed remembers"
                        + " otherwise.",
                "Nothing found is no guarantee: it says that these canaries were not preferred, by these measures.");
    }

    /** By a law fitted to few references: cheap enough for each epoch. */
    private Map<String, Double> exposures(LanguageModel model, Seed seed) {
        Map<String, Double> exposures = new LinkedHashMap<>();
        for (CanaryFormat format : manifest.formats()) {
            List<Canary> canaries = manifest.of(format).stream()
                    .filter(canary -> !canary.isControl())
                    .toList();
            List<int[]> fillings = canaries.stream().map(Canary::filling).toList();
            SecretTree tree = new SecretTree(format, model.vocabulary());
            List<int[]> drawn =
                    format.draw(few(format, fillings.size()), fillings, seed.fork(format.template()).stream());
            SkewNormal law = SkewNormal.fit(Reading.bits(model, tree, drawn));
            double[] bits = Reading.bits(model, tree, fillings);
            for (int i = 0; i < bits.length; i++) {
                exposures.put(canaries.get(i).id(), -law.logBelow(bits[i]) * Reading.BITS);
            }
        }
        return exposures;
    }

    private static int few(CanaryFormat format, int but) {
        return format.size().bitLength() > 31
                ? FEWER
                : Math.min(FEWER, format.size().intValueExact() - but);
    }

    /** Asks a model for the canaries. */
    List<MemorizationReport.Format> measure(LanguageModel model, Seed seed, Progress progress) {
        List<MemorizationReport.Format> formats = new ArrayList<>();
        List<LanguageModel> models = new ArrayList<>(List.of(model));
        try {
            while (models.size() < threads) {
                models.add(model.copy());
            }
            for (CanaryFormat format : manifest.formats()) {
                formats.add(measure(models, format, seed, progress));
            }
        } finally {
            models.subList(1, models.size()).forEach(LanguageModel::close);
        }
        return judged(formats);
    }

    private MemorizationReport.Format measure(
            List<? extends SequenceModel> models, CanaryFormat format, Seed seed, Progress progress) {
        SequenceModel model = models.get(0);
        List<Canary> canaries = manifest.of(format);
        List<int[]> fillings = canaries.stream().map(Canary::filling).toList();
        References drawn = References.draw(
                model,
                format,
                Math.min(
                        references,
                        format.size().bitLength() > 31
                                ? references
                                : format.size().intValueExact() - fillings.size()),
                fillings,
                seed.fork(format.template()));
        double[] bits = Reading.bits(model, new SecretTree(format, model.vocabulary()), fillings);
        Map<String, ExactRank.Rank> ranks = counted(models, format, canaries, bits, progress);
        long before = System.nanoTime();
        Extraction.Found found = extraction.of(model, format, progress);
        double seconds = (System.nanoTime() - before) / 1e9;
        List<MemorizationReport.Measured> measured = new ArrayList<>();
        for (int i = 0; i < canaries.size(); i++) {
            Canary canary = canaries.get(i);
            ExactRank.Rank known = ranks.get(canary.id());
            Exposure sampled = drawn.sampled(bits[i]);
            Exposure exposure = known == null ? sampled : known.exposure(format);
            measured.add(new MemorizationReport.Measured(
                    canary.id(),
                    canary.text(),
                    canary.copies(),
                    bits[i],
                    known == null ? "" : known.least().toString(),
                    exposure,
                    sampled,
                    drawn.modelled(bits[i]),
                    known == null ? drawn.chance(bits[i]) : Exposure.nullProbability(exposure.bits()),
                    false,
                    found.place(canary.text())));
        }
        return new MemorizationReport.Format(
                format.template(),
                format.bits(),
                measured,
                sample(drawn),
                new MemorizationReport.Search(found.candidates(), found.expansions(), seconds, found.complete()),
                baseline(model, format, canaries, seed));
    }

    /**
     * Ranks by counting, the cheapest canary first, until the budget is spent: a canary that is as dear as most has half of the space
     * before it.
     */
    private Map<String, ExactRank.Rank> counted(
            List<? extends SequenceModel> models,
            CanaryFormat format,
            List<Canary> canaries,
            double[] bits,
            Progress progress) {
        Map<String, ExactRank.Rank> ranks = new HashMap<>();
        List<Integer> order = IntStream.range(0, bits.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> bits[i]))
                .toList();
        long left = rank.budget();
        for (int i : order) {
            ExactRank.Ranks one = new ExactRank(rank.batch(), left)
                    .of(models, format, List.of(canaries.get(i).filling()), progress);
            left -= one.states();
            if (!one.ranks().get(0).exact() || left < 1) {
                break;
            }
            ranks.put(canaries.get(i).id(), one.ranks().get(0));
        }
        return ranks;
    }

    private static MemorizationReport.Sample sample(References drawn) {
        double[] bits = drawn.bits();
        double low = bits[0];
        double width = (bits[bits.length - 1] - low) / BINS;
        double[] edges = new double[BINS + 1];
        int[] counts = new int[BINS];
        for (int i = 0; i <= BINS; i++) {
            edges[i] = low + i * width;
        }
        for (double one : bits) {
            counts[(int) Math.min(BINS - 1, width == 0 ? 0 : (one - low) / width)]++;
        }
        return new MemorizationReport.Sample(bits.length, drawn.law(), drawn.distance(), drawn.stable(), edges, counts);
    }

    private static MemorizationReport.Baseline baseline(
            SequenceModel model, CanaryFormat format, List<Canary> canaries, Seed seed) {
        Canary most =
                canaries.stream().max(Comparator.comparingInt(Canary::copies)).orElseThrow();
        List<Candidate> beam = Baselines.beam(model, format, BEAMS);
        int place = 0;
        for (int i = 0; i < beam.size(); i++) {
            place = beam.get(i).text().equals(most.text()) ? i + 1 : place;
        }
        return new MemorizationReport.Baseline(
                most.id(),
                Baselines.greedy(model, format).text().equals(most.text()),
                BEAMS,
                place,
                Baselines.samplesUntil(model, format, most.filling(), SAMPLES, seed),
                SAMPLES);
    }

    /**
     * Holm's procedure over all canaries that were in the text. A canary was drawn uniformly from its space, so that without
     * memorization its rank is uniform, among all fillings and among random ones, and the chance of one so high is known exactly.
     */
    private static List<MemorizationReport.Format> judged(List<MemorizationReport.Format> formats) {
        List<MemorizationReport.Measured> all = formats.stream()
                .flatMap(format -> format.canaries().stream())
                .filter(canary -> canary.copies() > 0)
                .sorted(Comparator.comparingDouble(MemorizationReport.Measured::chance))
                .toList();
        Map<String, Boolean> leaks = new HashMap<>();
        boolean on = true;
        for (int i = 0; i < all.size(); i++) {
            on &= all.get(i).chance() * (all.size() - i) <= MemorizationReport.FALSE_ALARM;
            leaks.put(all.get(i).id(), on);
        }
        return formats.stream()
                .map(format -> new MemorizationReport.Format(
                        format.template(),
                        format.bits(),
                        format.canaries().stream()
                                .map(one -> new MemorizationReport.Measured(
                                        one.id(),
                                        one.text(),
                                        one.copies(),
                                        one.bits(),
                                        one.rank(),
                                        one.exposure(),
                                        one.sampled(),
                                        one.modelled(),
                                        one.chance(),
                                        leaks.getOrDefault(one.id(), false),
                                        one.place()))
                                .toList(),
                        format.references(),
                        format.extraction(),
                        format.baselines()))
                .toList();
    }
}
