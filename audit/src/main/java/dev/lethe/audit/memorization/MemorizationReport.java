package dev.lethe.audit.memorization;

import dev.lethe.audit.report.Verdict;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an audit of a language model's memory found: everything a reader needs, and nothing that needs a network.
 *
 * @param seed the root of all randomness in the run
 * @param manifestDigest binds the report to the canaries; see {@link Manifest#digest}
 * @param epochs in their order; empty if the model was not trained here
 * @param formats what was found, format by format
 * @param limits what the numbers do not say
 */
public record MemorizationReport(
        Subject subject,
        long seed,
        Provenance provenance,
        String manifestDigest,
        List<Epoch> epochs,
        List<Format> formats,
        List<String> limits) {
    /** The chance of calling a leak where nothing was memorized, over all canaries together. */
    public static final double FALSE_ALARM = 0.05;

    public MemorizationReport {
        epochs = List.copyOf(epochs);
        formats = List.copyOf(formats);
        limits = List.copyOf(limits);
    }

    /**
     * What was audited.
     *
     * @param title one line
     * @param model the recipe in words
     * @param corpus name of the text
     * @param tokens of the text that was trained on, canaries included
     * @param vocabulary how many tokens the model knows
     * @param parameters how many the model has
     * @param claim what is claimed of the recipe, or empty
     * @param unit what the claim protects, or empty
     */
    public record Subject(
            String title,
            String model,
            String corpus,
            long tokens,
            int vocabulary,
            int parameters,
            String claim,
            String unit) {}

    /**
     * How to repeat it.
     *
     * @param settings by their command-line names, in order
     * @param corpusHash SHA-256 of the text as read, without canaries
     * @param environment versions, numeric kernel, threads, in order
     * @param started ISO-8601 instant
     */
    public record Provenance(
            String version,
            Map<String, String> settings,
            String corpusHash,
            Map<String, String> environment,
            String started,
            double seconds) {
        public Provenance {
            settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
            environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        }
    }

    /**
     * The model after an epoch.
     *
     * @param exposures of each canary by a fitted law, by id
     */
    public record Epoch(int number, double trainLossNats, double testLossNats, Map<String, Double> exposures) {
        public Epoch {
            exposures = Collections.unmodifiableMap(new LinkedHashMap<>(exposures));
        }
    }

    /**
     * What was found of one format.
     *
     * @param bits log2 of the number of its fillings
     * @param canaries and controls
     * @param references random fillings
     * @param extraction the search for the likeliest fillings
     * @param baselines what weaker attackers find
     */
    public record Format(
            String template,
            double bits,
            List<Measured> canaries,
            Sample references,
            Search extraction,
            Baseline baselines) {
        public Format {
            canaries = List.copyOf(canaries);
        }
    }

    /**
     * One canary.
     *
     * @param text as it stood in the text
     * @param copies 0 for a control
     * @param bits log-perplexity from the first hole on
     * @param rank among all fillings, 1 for the likeliest; empty if counting ended before
     * @param exposure by the rank where it was counted, else by references
     * @param sampled by counting among references
     * @param modelled by the law fitted to references
     * @param chance probability that a canary which was in no text is ranked so high or higher: its rank over all fillings, or among
     *     references and itself over their number
     * @param leaks whether it is memorized beyond chance, the looks at all canaries accounted for (Holm 1979)
     * @param place among the likeliest fillings that the search found, from 1; 0 if it is not among them
     */
    public record Measured(
            String id,
            String text,
            int copies,
            double bits,
            String rank,
            Exposure exposure,
            Exposure sampled,
            Exposure modelled,
            double chance,
            boolean leaks,
            int place) {}

    /**
     * Random fillings that were in no text.
     *
     * @param distance Kolmogorov and Smirnov's, of the fitted law
     * @param edges of the histogram's bins in bits, one more than counts
     */
    public record Sample(int size, SkewNormal law, double distance, boolean stable, double[] edges, int[] counts) {}

    /**
     * The search for the likeliest fillings.
     *
     * @param complete whether the candidates are certain to be the likeliest of all
     */
    public record Search(List<Candidate> candidates, long expansions, double seconds, boolean complete) {
        public Search {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * Weaker attackers, on the canary with the most copies.
     *
     * @param canary its id
     * @param greedy whether the likeliest token at each step leads to it
     * @param beamWidth of the beam search
     * @param beam its place among the beams, or 0
     * @param samples drawn until the first that is it; 0 if none was among {@code mostSamples}
     */
    public record Baseline(String canary, boolean greedy, int beamWidth, int beam, long samples, long mostSamples) {}

    /** All canaries that were in the text, the most exposed first. */
    public List<Measured> ranked() {
        return formats.stream()
                .flatMap(format -> format.canaries().stream())
                .filter(canary -> canary.copies() > 0)
                .sorted(Comparator.comparingDouble(
                        (Measured canary) -> -canary.exposure().bits()))
                .toList();
    }

    /** What it says as a whole. */
    public Verdict verdict() {
        return ranked().stream().anyMatch(Measured::leaks) ? Verdict.LEAKS : Verdict.NOTHING_FOUND;
    }

    /** The format that a canary is of. */
    public Optional<Format> formatOf(Measured canary) {
        return formats.stream()
                .filter(format -> format.canaries().contains(canary))
                .findFirst();
    }

    /** Mean exposure of the controls, if there are some. */
    public @Nullable Double controlMean() {
        double[] bits = formats.stream()
                .flatMap(format -> format.canaries().stream())
                .filter(canary -> canary.copies() == 0)
                .mapToDouble(canary -> canary.exposure().bits())
                .toArray();
        return bits.length == 0 ? null : Arrays.stream(bits).average().orElseThrow();
    }

    /** The finding in one sentence. */
    public String sentence() {
        List<Measured> all = ranked();
        Measured most = all.get(0);
        long leaking = all.stream().filter(Measured::leaks).count();
        long first = all.stream().filter(canary -> canary.place() == 1).count();
        if (leaking == 0) {
            return String.format(
                    Locale.ROOT,
                    "None of %d canaries is preferred to strings that were never in the text beyond chance; the most exposed has"
                            + " %.1f bits, where a stranger has %.2f on average.",
                    all.size(),
                    most.exposure().bits(),
                    Exposure.NULL_MEAN);
        }
        return String.format(
                Locale.ROOT,
                "The model remembers %d of %d canaries beyond chance%s; the most exposed, in the text %s, has %.1f of %.1f bits.",
                leaking,
                all.size(),
                first == 0
                        ? ""
                        : ", and a search that knows only the format finds " + first
                                + " of them as the likeliest of all",
                most.copies() == 1 ? "once" : most.copies() + " times",
                most.exposure().bits(),
                formatOf(most).orElseThrow().bits());
    }
}
