package dev.lethe.audit.memorization;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;

/** {@code report.json} of a memorization audit; its schema is docs/memorization.schema.json. */
public final class MemorizationJson {
    /** Version of the format: the first number changes where readers break. */
    public static final String VERSION = "1.0";

    private static final Gson JSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private MemorizationJson() {}

    /** Equal reports, equal text. */
    public static String write(MemorizationReport report) {
        JsonObject root = new JsonObject();
        root.addProperty("format", "lethe-memorization");
        root.addProperty("version", VERSION);
        root.addProperty("verdict", report.verdict().name());
        root.addProperty("sentence", report.sentence());
        root.addProperty("falseAlarm", MemorizationReport.FALSE_ALARM);
        root.addProperty("nullMeanBits", Exposure.NULL_MEAN);
        MemorizationReport.Subject subject = report.subject();
        JsonObject about = new JsonObject();
        about.addProperty("title", subject.title());
        about.addProperty("model", subject.model());
        about.addProperty("corpus", subject.corpus());
        about.addProperty("tokens", subject.tokens());
        about.addProperty("vocabulary", subject.vocabulary());
        about.addProperty("parameters", subject.parameters());
        about.addProperty("claim", subject.claim());
        about.addProperty("privacyUnit", subject.unit());
        root.add("subject", about);
        root.addProperty("seed", report.seed());
        root.addProperty("manifestDigest", report.manifestDigest());
        root.add("provenance", provenance(report.provenance()));
        JsonArray epochs = new JsonArray();
        for (MemorizationReport.Epoch epoch : report.epochs()) {
            JsonObject one = new JsonObject();
            one.addProperty("epoch", epoch.number());
            one.addProperty("trainLossNats", epoch.trainLossNats());
            one.addProperty("testLossNats", epoch.testLossNats());
            JsonObject exposures = new JsonObject();
            epoch.exposures().forEach(exposures::addProperty);
            one.add("modelledExposures", exposures);
            epochs.add(one);
        }
        root.add("epochs", epochs);
        JsonArray formats = new JsonArray();
        report.formats().forEach(format -> formats.add(format(format)));
        root.add("formats", formats);
        root.add("limits", texts(report.limits()));
        return JSON.toJson(root) + "\n";
    }

    private static JsonObject provenance(MemorizationReport.Provenance provenance) {
        JsonObject object = new JsonObject();
        object.addProperty("lethe", provenance.version());
        object.add("settings", object(provenance.settings()));
        object.addProperty("corpusSha256", provenance.corpusHash());
        object.add("environment", object(provenance.environment()));
        object.addProperty("started", provenance.started());
        object.addProperty("seconds", provenance.seconds());
        return object;
    }

    private static JsonObject object(Map<String, String> texts) {
        JsonObject object = new JsonObject();
        texts.forEach(object::addProperty);
        return object;
    }

    private static JsonArray texts(List<String> all) {
        JsonArray array = new JsonArray();
        all.forEach(array::add);
        return array;
    }

    private static JsonObject format(MemorizationReport.Format format) {
        JsonObject object = new JsonObject();
        object.addProperty("canary", format.template());
        object.addProperty("bits", format.bits());
        JsonArray canaries = new JsonArray();
        format.canaries().forEach(one -> canaries.add(canary(one)));
        object.add("canaries", canaries);
        MemorizationReport.Sample sample = format.references();
        JsonObject references = new JsonObject();
        references.addProperty("count", sample.size());
        references.addProperty("location", sample.law().location());
        references.addProperty("scale", sample.law().scale());
        references.addProperty("shape", sample.law().shape());
        references.addProperty("kolmogorovSmirnov", sample.distance());
        references.addProperty("stable", sample.stable());
        JsonArray edges = new JsonArray();
        for (double edge : sample.edges()) {
            edges.add(edge);
        }
        references.add("edges", edges);
        JsonArray counts = new JsonArray();
        for (int count : sample.counts()) {
            counts.add(count);
        }
        references.add("counts", counts);
        object.add("references", references);
        JsonObject extraction = new JsonObject();
        JsonArray candidates = new JsonArray();
        for (Candidate candidate : format.extraction().candidates()) {
            JsonObject one = new JsonObject();
            one.addProperty("text", candidate.text());
            one.addProperty("bits", candidate.bits());
            candidates.add(one);
        }
        extraction.add("candidates", candidates);
        extraction.addProperty("expansions", format.extraction().expansions());
        extraction.addProperty("seconds", format.extraction().seconds());
        extraction.addProperty("complete", format.extraction().complete());
        object.add("extraction", extraction);
        MemorizationReport.Baseline weak = format.baselines();
        JsonObject baselines = new JsonObject();
        baselines.addProperty("canary", weak.canary());
        baselines.addProperty("greedy", weak.greedy());
        baselines.addProperty("beamWidth", weak.beamWidth());
        baselines.addProperty("beamPlace", weak.beam());
        baselines.addProperty("samples", weak.samples());
        baselines.addProperty("mostSamples", weak.mostSamples());
        object.add("baselines", baselines);
        return object;
    }

    private static JsonObject canary(MemorizationReport.Measured canary) {
        JsonObject object = new JsonObject();
        object.addProperty("id", canary.id());
        object.addProperty("text", canary.text());
        object.addProperty("copies", canary.copies());
        object.addProperty("bits", canary.bits());
        object.addProperty("rank", canary.rank());
        object.add("exposure", exposure(canary.exposure()));
        object.add("sampled", exposure(canary.sampled()));
        object.add("modelled", exposure(canary.modelled()));
        object.addProperty("chance", canary.chance());
        object.addProperty("leaks", canary.leaks());
        object.addProperty("place", canary.place());
        return object;
    }

    private static JsonObject exposure(Exposure exposure) {
        JsonObject object = new JsonObject();
        object.addProperty("method", exposure.method().text());
        object.addProperty("bits", exposure.bits());
        object.addProperty("low", exposure.interval().low());
        object.addProperty("high", exposure.interval().high());
        object.addProperty("atLeast", exposure.atLeast());
        return object;
    }
}
