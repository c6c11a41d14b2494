package dev.lethe.app;

import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Report;
import dev.lethe.audit.report.ReportHtml;
import dev.lethe.audit.report.ReportJson;
import dev.lethe.core.data.EncodingJson;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.ledger.Custodian;
import dev.lethe.core.ledger.Ledger;
import dev.lethe.core.model.EncodedTrainer;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.privacy.BestAccountant;
import dev.lethe.core.privacy.Calibration;
import dev.lethe.core.privacy.Claim;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyCurve;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.ClopperPearson;
import dev.lethe.core.stats.Interval;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.nn.Optimization;
import dev.lethe.protect.remedy.Remedies;
import dev.lethe.protect.remedy.Remedy;
import dev.lethe.protect.training.DpSgd;
import dev.lethe.protect.training.PrivateEncoding;
import dev.lethe.protect.training.PrivateSelection;
import dev.lethe.protect.training.PrivateTraining;
import dev.lethe.protect.training.SelectionPrice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The second walk: each remedy's recipe audited as the first was, and what of it may be released. */
final class FixRun {
    static final String HTML = "fix.html";
    static final String JSON = "fix.json";
    /** Of the smallest budget, for finding how to encode the table. */
    private static final double ENCODING_SHARE = 0.1;

    private static final Neighbours NEIGHBOURS = Neighbours.ADD_OR_REMOVE_ONE;
    /** Rows of a person that finding the encoding looks at. */
    private static final int MOST_ROWS = 8;

    private static final String SELECTED = "selected";
    private static final String NOT_BY_THIS_PAGE =
            "The released model was chosen by that selection, not by this page's figures, which rest on records without noise.";

    private final FixFlags flags;
    private final Console console;
    private final FixFlags.Target target;
    private final List<String> search = new ArrayList<>();
    /** Whom claims are about. */
    private TrainingPlan.Protected units = new TrainingPlan.Protected(1, null, 1);

    FixRun(FixFlags flags, Console console) {
        this.flags = flags;
        this.console = console;
        flags.check();
        target = flags.target();
    }

    /**
     * Tries remedies.
     *
     * @param before the report of the first walk
     * @param table what was audited
     * @param recipe of the audited model
     * @param audit as it was played then
     */
    FixReport run(Report before, LabelledTable table, NetworkTrainer recipe, MembershipAudit audit) throws IOException {
        if (leak(before).isEmpty()) {
            throw new IllegalArgumentException(
                    "--target: the report has no finding " + target.metric() + "; take a rate that the audit reports");
        }
        List<Remedy> remedies = remedies(recipe);
        OutputFolder folder = OutputFolder.open(flags.out, HTML, JSON);
        List<FixReport.Point> points = new ArrayList<>();
        points.add(point("undefended", "As it was", null, before, null, null, null));
        write(before, "undefended");
        for (Remedy remedy : remedies) {
            Trainer<Examples> defended = remedy.on(recipe).orElseThrow();
            Report after = audit(remedy.id(), new EncodedTrainer(defended), audit, table, before);
            points.add(point(remedy.id(), remedy.name(), remedy.claim(), after, null, null, null));
        }
        String column = before.subject().unit();
        int people = (int) Arrays.stream(table.people()).distinct().count();
        units = new TrainingPlan.Protected(people, column.isEmpty() ? null : column, TrainingPlan.Protected.ALL_ROWS);
        points.addAll(guaranteed(recipe, audit, table, before));
        Optional<FixReport.Point> best = points.stream()
                .skip(1)
                .filter(FixReport.Point::reaches)
                .max(Comparator.comparingDouble(point -> point.accuracy().value()));
        best.ifPresent(point -> points.replaceAll(other -> other.equals(point) ? point.asChosen() : other));
        FixReport report = new FixReport(
                before.subject().title(),
                before.subject().data(),
                before.seed(),
                Lethe.Version.number(),
                target.toString(),
                target.metric(),
                "Of the remedies for which every attack's interval for " + target.metric() + " ends at or below "
                        + target.most()
                        + ", the one that is right most often on records that its model was not trained on.",
                points,
                search,
                List.of(
                        "All figures on this page were computed from the records, without noise: it is for those who may see"
                                + " the records, and is itself no release.",
                        "Remedies without a theorem are heuristics: an attack that is not among these may find more.",
                        "Leak and accuracy are those of models trained on "
                                + before.subject().members()
                                + " records; a model trained on more leaks less of each, mostly."));
        folder.write(JSON, FixJson.write(report));
        folder.write(HTML, FixHtml.render(report));
        return report;
    }

    private List<Remedy> remedies(NetworkTrainer recipe) {
        List<Remedy> chosen = new ArrayList<>();
        List<String> asked = flags.remedies;
        for (Remedy remedy : Remedies.all()) {
            if ((asked == null || asked.contains(remedy.id()))
                    && remedy.on(recipe).isPresent()) {
                chosen.add(remedy);
            }
        }
        if (asked != null) {
            for (String id : asked) {
                if (!id.equals("none")
                        && Remedies.all().stream()
                                .noneMatch(remedy -> remedy.id().equals(id))) {
                    throw new IllegalArgumentException("--remedies '" + id + "' is unknown; there are "
                            + String.join(
                                    ", ",
                                    Remedies.all().stream().map(Remedy::id).toList()) + ", and none");
                }
            }
        }
        return chosen;
    }

    private Report audit(
            String id, Trainer<LabelledTable> trainer, MembershipAudit audit, LabelledTable table, Report before)
            throws IOException {
        console.say("auditing: " + id);
        Path store = flags.out.resolve(id).resolve("shadows");
        if (flags.fresh) {
            AuditRun.deleteStore(store);
        }
        Report report = audit.run(
                table,
                trainer,
                List.of(),
                before.seed(),
                store,
                new MembershipAudit.Described(
                        before.subject().title() + ", " + id,
                        before.subject().data(),
                        before.subject().attribution(),
                        before.subject().unit(),
                        before.provenance().settings(),
                        Lethe.Version.number()),
                console);
        write(report, id);
        return report;
    }

    private void write(Report report, String id) throws IOException {
        OutputFolder folder = OutputFolder.open(flags.out.resolve(id), AuditRun.HTML, "report.json");
        folder.write("report.json", ReportJson.write(report));
        folder.write(AuditRun.HTML, ReportHtml.render(report));
    }

    /** The finding of the attack that finds most of all, by its interval's upper end. */
    private Optional<Finding> leak(Report report) {
        return report.findings().stream()
                .filter(finding -> finding.metric().equals(target.metric())
                        && finding.slice().isEmpty())
                .max(Comparator.comparingDouble(Finding::high));
    }

    private FixReport.Point point(
            String id,
            String name,
            @Nullable Claim claim,
            Report report,
            @Nullable Double bound,
            @Nullable String model,
            @Nullable String charge) {
        Finding leak = leak(report).orElseThrow();
        Finding auc = report.findings().stream()
                .filter(finding ->
                        finding.metric().equals("auc") && finding.slice().isEmpty())
                .max(Comparator.comparingDouble(Finding::high))
                .orElse(leak);
        int others = report.subject().nonMembers();
        double accuracy = report.training().testAccuracy();
        Interval interval = ClopperPearson.interval(Math.round(accuracy * others), others, leak.confidence());
        return new FixReport.Point(
                id,
                name,
                claim,
                report.subject().model(),
                new FixReport.Measured(leak.value(), leak.low(), leak.high()),
                report.attacks().stream()
                        .map(attack -> attack.card())
                        .filter(card -> card.id().equals(leak.attack()))
                        .map(card -> card.name())
                        .findFirst()
                        .orElse(leak.attack()),
                new FixReport.Measured(auc.value(), auc.low(), auc.high()),
                bound,
                new FixReport.Measured(
                        accuracy, Math.min(accuracy, interval.low()), Math.max(accuracy, interval.high())),
                report.training().trainAccuracy(),
                leak.high() <= target.most(),
                false,
                model,
                charge,
                id + "/" + AuditRun.HTML);
    }

    /** Private training at each budget: rehearsed and audited, and, where a ledger is given, done and charged. */
    private List<FixReport.Point> guaranteed(
            NetworkTrainer recipe, MembershipAudit audit, LabelledTable table, Report before) throws IOException {
        double delta = flags.delta != null ? flags.delta : 0.1 / units.count();
        double least = flags.epsilons.stream().mapToDouble(e -> e).min().orElseThrow();
        PrivateEncoding encoding = PrivateEncoding.of(
                table.features(),
                table.classes(),
                Map.of(),
                least * ENCODING_SHARE,
                delta * ENCODING_SHARE,
                units.column() == null ? 1 : MOST_ROWS);
        try (Ledger account = flags.ledger == null ? null : LedgerFlags.open(flags.ledger)) {
            Custodian<LabelledTable> custodian =
                    account == null ? null : new Custodian<>(table, account, flags.dataset, LedgerFlags.who(flags.who));
            EncodingJson.Encoding encoder =
                    encoder(encoding, least * ENCODING_SHARE, delta * ENCODING_SHARE, table, custodian);
            List<FixReport.Point> points = new ArrayList<>();
            Custodian<Examples> encoded = account == null
                    ? null
                    : new Custodian<>(
                            encoder.encoder().encode(table), account, flags.dataset, LedgerFlags.who(flags.who));
            for (double epsilon : flags.epsilons) {
                points.add(guaranteed(
                        epsilon,
                        delta,
                        recipe,
                        audit,
                        table,
                        before,
                        encoding,
                        encoder,
                        flags.select == null ? encoded : null));
            }
            if (flags.select != null && encoded != null) {
                selected(delta, recipe, table, before, encoding, encoder, encoded);
            }
            if (account != null) {
                search.add("All of these together: " + LedgerFlags.line(account.account(flags.dataset))
                        + ". The losers are counted, since they were trained.");
            }
            double largest = flags.epsilons.stream().mapToDouble(e -> e).max().orElseThrow();
            search.add(
                    flags.select != null
                            ? NOT_BY_THIS_PAGE
                            : choosing(
                                    largest,
                                    least * ENCODING_SHARE,
                                    delta,
                                    recipe,
                                    encoding,
                                    units.count(),
                                    flags.epsilons.size()));
            return points;
        }
    }

    /**
     * How the table is encoded: as an earlier run in the same folder found at this price, or found now, and charged for. One that no
     * ledger has paid for is kept apart, since models that a ledger pays for may not rest on it.
     */
    private EncodingJson.Encoding encoder(
            PrivateEncoding encoding,
            double epsilon,
            double delta,
            LabelledTable table,
            @Nullable Custodian<LabelledTable> custodian)
            throws IOException {
        String name =
                "encoder-epsilon-" + epsilon + "-delta-" + delta + (custodian == null ? "-unrecorded" : "") + ".json";
        Path place = flags.out.resolve(name);
        if (Files.exists(place)) {
            EncodingJson.Encoding known = EncodingJson.read(Files.readString(place));
            if (!known.encoder().fits(table)) {
                throw new IOException(place + " is for another table; choose another folder with --out");
            }
            search.add("How to encode the table was found by an earlier run in this folder.");
            return known;
        }
        EncodingJson.Encoding found;
        if (custodian == null) {
            found = Custodian.releaseUnrecorded(encoding, table);
            search.add(
                    "No ledger was given: no model was trained on all records, and nothing was charged; how to encode the"
                            + " table was found privately, at epsilon " + Claim.rounded(epsilon) + ".");
        } else {
            Custodian.Released<EncodingJson.Encoding> released =
                    custodian.release(encoding, "fix: how to encode the table");
            found = released.value();
            search.add("How to encode the table: epsilon " + Claim.rounded(epsilon) + ", entry "
                    + released.charge().hash());
        }
        OutputFolder.open(flags.out, name).write(name, EncodingJson.write(found));
        return found;
    }

    private FixReport.Point guaranteed(
            double epsilon,
            double delta,
            NetworkTrainer recipe,
            MembershipAudit audit,
            LabelledTable table,
            Report before,
            PrivateEncoding encoding,
            EncodingJson.Encoding encoder,
            @Nullable Custodian<Examples> custodian)
            throws IOException {
        String id = "epsilon-" + Claim.rounded(epsilon);
        int members = fewest(
                units.column() == null
                        ? before.subject().members()
                        : Integer.parseInt(before.provenance().settings().get("members")));
        DpSgd rehearsed = calibrated(recipe, encoding, epsilon, delta, members);
        PrivacyEvent event = event(encoding, rehearsed, members);
        PrivacyCurve curve = new BestAccountant().price(event, NEIGHBOURS);
        Claim claim = new Claim.DifferentialPrivacy(
                curve.epsilon(PrivateTraining.priced(delta)), delta, NEIGHBOURS, units.unit(), event);
        Report report = audit(id, new EncodedTrainer(rehearsed, encoder.encoder()), audit, table, before);
        String charge = custodian == null
                ? null
                : charged(epsilon, delta, recipe, table, before, encoding, encoder, custodian, id);
        String model = charge == null ? null : id + "/model";
        return point(
                id, "Private training, epsilon " + Claim.rounded(epsilon), claim, report, bound(curve), model, charge);
    }

    /**
     * Trains on all records, unless an earlier run in the same folder did: charged first, written with its card.
     *
     * @return the entry that paid for it
     */
    private String charged(
            double epsilon,
            double delta,
            NetworkTrainer recipe,
            LabelledTable table,
            Report before,
            PrivateEncoding encoding,
            EncodingJson.Encoding encoder,
            Custodian<Examples> custodian,
            String id)
            throws IOException {
        ModelFolder place = ModelFolder.open(flags.out.resolve(id).resolve("model"));
        Optional<String> earlier = place.charge();
        if (earlier.isPresent()) {
            search.add("A model with epsilon " + Claim.rounded(epsilon) + ", of an earlier run in this folder: entry "
                    + earlier.get());
            return earlier.get();
        }
        DpSgd how = calibrated(recipe, encoding, epsilon, delta, units.count());
        console.say("training with epsilon " + Claim.rounded(epsilon) + " on all records");
        PrivateTraining training = new PrivateTraining(how, units.count(), Seed.of(before.seed()), console, null);
        Custodian.Released<Predictor<Examples>> released =
                custodian.release(training, "fix: a model with epsilon " + Claim.rounded(epsilon));
        String charge = released.charge().hash();
        try (Predictor<Examples> trained = released.value()) {
            training.requirePaid(trained.parameters().orElseThrow().length, epsilon, delta);
            PrivacyEvent event = event(encoding, how, units.count());
            double price = new BestAccountant().price(event, NEIGHBOURS).epsilon(PrivateTraining.priced(delta));
            ModelCard card = new ModelCard(
                    new Claim.DifferentialPrivacy(price, delta, NEIGHBOURS, units.unit(), event),
                    "dp-sgd",
                    how.describe(),
                    table.label(),
                    table.classes(),
                    units,
                    flags.dataset,
                    charge,
                    encoding.found(),
                    null,
                    null,
                    before.seed(),
                    TrainingPlan.LIMITS_OF_STEPS,
                    Lethe.Version.number());
            place.write(trained, encoder, card);
        }
        search.add("A model with epsilon " + Claim.rounded(epsilon) + ": entry " + charge);
        return charge;
    }

    /**
     * The best of a random number of models, chosen privately, unless an earlier run in the same folder did: one charge for all of
     * them, and the winner written with its card.
     */
    private void selected(
            double delta,
            NetworkTrainer recipe,
            LabelledTable table,
            Report before,
            PrivateEncoding encoding,
            EncodingJson.Encoding encoder,
            Custodian<Examples> custodian)
            throws IOException {
        ModelFolder place = ModelFolder.open(flags.out.resolve(SELECTED).resolve("model"));
        Optional<String> earlier = place.charge();
        if (earlier.isPresent()) {
            search.add("A model selected privately, of an earlier run in this folder: entry " + earlier.get());
            return;
        }
        int people = units.count();
        List<DpSgd> candidates = new ArrayList<>();
        for (double epsilon : flags.epsilons) {
            candidates.add(calibrated(recipe, encoding, epsilon, delta, people));
        }
        double mean = 2.0 * candidates.size();
        // Half a per cent of the people, or ten of few.
        double scoreNoise = Math.max(10, 0.005 * people);
        PrivateSelection selection = new PrivateSelection(
                candidates, mean, scoreNoise, people, delta * (1 - 2 * ENCODING_SHARE), Seed.of(before.seed()));
        PrivacyEvent event = new PrivacyEvent.Composed(List.of(encoding.event(), selection.event()));
        double price = new BestAccountant().price(event, NEIGHBOURS).epsilon(PrivateTraining.priced(delta));
        requirePaid(selection, price, delta, candidates.get(0), encoder, table);
        console.say("selecting privately among models of " + candidates.size() + " budgets");
        Custodian.Released<PrivateSelection.Selected> released =
                custodian.release(selection, "fix: the best of a random number of models, chosen privately");
        String charge = released.charge().hash();
        try (Predictor<Examples> trained = released.value().model()) {
            List<String> limits = new ArrayList<>(TrainingPlan.LIMITS_OF_STEPS);
            limits.add(
                    "How many models were trained is secret; how long that took tells, and is not covered by the claim.");
            place.write(
                    trained,
                    encoder,
                    new ModelCard(
                            new Claim.DifferentialPrivacy(price, delta, NEIGHBOURS, units.unit(), event),
                            "dp-sgd, selected privately",
                            released.value().how().describe(),
                            table.label(),
                            table.classes(),
                            units,
                            flags.dataset,
                            charge,
                            encoding.found(),
                            null,
                            null,
                            before.seed(),
                            limits,
                            Lethe.Version.number()));
        }
        search.add(String.format(
                Locale.ROOT,
                "A model selected privately: of a secret number of models, geometric and %.0f on average, each with a budget"
                        + " drawn from these, the one with the largest count of right answers on the records, of which each count"
                        + " has noise of deviation %s; with finding the encoding, epsilon %s at delta %s, a theorem (Papernot and"
                        + " Steinke 2022, Theorem 2). In %s; entry %s",
                mean,
                Claim.rounded(scoreNoise),
                Claim.rounded(price),
                Claim.rounded(delta),
                SELECTED + "/model",
                charge));
    }

    /** Before anything is charged: that what is kept of delta pays for how noise is drawn. */
    private static void requirePaid(
            PrivateSelection selection,
            double epsilon,
            double delta,
            DpSgd how,
            EncodingJson.Encoding encoder,
            LabelledTable table) {
        Examples one = encoder.encoder().encode(table.select(new int[] {0}));
        try (ClippedTraining training = ClippedTraining.begin(how.recipe(), one, Seed.of(0))) {
            double extra = selection.extraDelta(epsilon, training.parameters());
            if (PrivateTraining.priced(delta) + extra > delta) {
                throw new IllegalArgumentException("--select dp would cost epsilon " + Claim.rounded(epsilon)
                        + ", at which the noise's draws are too coarse for delta " + delta
                        + "; take smaller budgets with --epsilon, or fewer");
            }
        }
    }

    /** Models of an audit have different numbers of members, each drawn by a coin of about one half; hardly one has fewer. */
    private static int fewest(int members) {
        return (int) Math.max(1, members - 5 * Math.sqrt(members / 2.0));
    }

    private static PrivacyEvent event(PrivateEncoding encoding, DpSgd how, int records) {
        return new PrivacyEvent.Composed(List.of(encoding.event(), how.event(records)));
    }

    /** The audited architecture, fitted as suits noise: large batches, a tenth of the members at most. */
    private static DpSgd calibrated(
            NetworkTrainer recipe, PrivateEncoding encoding, double epsilon, double delta, int records) {
        int batch = Math.min(records, Math.max(256, records / 50));
        Optimization how = new Optimization(30, 0.003, batch, 0, 0)
                .with(recipe.optimization().augmentation());
        NetworkTrainer suited = recipe.withDropout(0).orElse(recipe).with(how);
        double noise = new Calibration(new BestAccountant(), NEIGHBOURS, epsilon, PrivateTraining.priced(delta))
                .noise(multiplier -> event(encoding, new DpSgd(suited, multiplier, new Clipping.Flat(1)), records));
        return new DpSgd(suited, noise, new Clipping.Flat(1));
    }

    /**
     * What no attack's rate of true positives can exceed at the target's rate of false ones, or null for another metric: the lowest of
     * e^epsilon rate + delta and 1 - e^-epsilon (1 - rate - delta) along the curve (Kairouz, Oh and Viswanath 2015).
     */
    private @Nullable Double bound(PrivacyCurve curve) {
        double rate = target.rate();
        if (Double.isNaN(rate)) {
            return null;
        }
        double lowest = 1;
        for (int i = 0; i <= 60; i++) {
            double epsilon = i / 5.0;
            double delta = curve.delta(epsilon);
            lowest = Math.min(lowest, Math.exp(epsilon) * rate + delta);
            lowest = Math.min(lowest, 1 - Math.exp(-epsilon) * (1 - rate - delta));
        }
        return lowest;
    }

    private static String choosing(
            double largest,
            double encodingEpsilon,
            double delta,
            NetworkTrainer recipe,
            PrivateEncoding encoding,
            int records,
            int candidates) {
        DpSgd how = calibrated(recipe, encoding, largest, delta, records);
        double mean = 2.0 * candidates;
        // The encoding is found once, whatever the number of models, and keeps its own share of delta.
        double price = encodingEpsilon
                + SelectionPrice.geometric(how.event(records), NEIGHBOURS, mean, delta * (1 - ENCODING_SHARE));
        return String.format(
                Locale.ROOT,
                "Choosing among them by this page's figures looks at the records without noise, and each claim is about a"
                        + " model that was fixed beforehand. A choice that keeps a theorem: train a geometric number of models,"
                        + " %.0f on average, each with a budget drawn from these, and release the best alone (Papernot and"
                        + " Steinke 2022, Theorem 2); with finding the encoding that costs epsilon %s at delta %s where the"
                        + " dearest alone costs %s, provided that they are compared on records that are not private.",
                mean,
                Claim.rounded(price),
                Claim.rounded(delta),
                Claim.rounded(largest));
    }
}
