package dev.lethe.audit.report;

import com.google.gson.Gson;
import com.samskivert.mustache.Escapers;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * A report for people: one HTML file that needs no network. The first page is for the reader who must sign; the
 * evidence follows.
 *
 * <p>All text in the report is taken to be hostile. It is escaped where it becomes HTML, it never becomes script, and a
 * content security policy lets the page run our two scripts, by hash, and load nothing.
 */
public final class ReportHtml {
    private static final String LIBRARY = resource("echarts.min.js");
    private static final String SCRIPT = resource("report.js");
    private static final String STYLE = resource("report.css");

    private static final Template TEMPLATE = Mustache.compiler()
            .withEscaper(text -> Escapers.HTML.escape(Printable.of(text)))
            .emptyStringIsFalse(true)
            .withLoader(name -> new StringReader(resource(name + ".mustache")))
            .compile(resource("report.mustache"));

    private ReportHtml() {}

    /** How a report looks, for pages that belong to it. */
    public static String style() {
        return STYLE;
    }

    /** The whole file, to be stored as UTF-8. */
    public static String render(Report report) {
        StringWriter html = new StringWriter();
        TEMPLATE.execute(Page.of(report), new Frame(STYLE, policy(), chartData(report), LIBRARY, SCRIPT), html);
        return html.toString();
    }

    /** What of the file does not come from the page's words; none of it passes the escaper but {@code policy}. */
    record Frame(String style, String policy, String chartData, String library, String script) {}

    record ChartData(List<ChartedAttack> attacks) {}

    record ChartedAttack(String name, Report.Curve roc, Report.Histogram histogram) {}

    private static String policy() {
        return "default-src 'none'; script-src '" + hash(LIBRARY) + "' '" + hash(SCRIPT)
                // The charts set styles on single elements, which no hash can name.
                + "'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
    }

    private static String chartData(Report report) {
        ChartData data = new ChartData(report.attacks().stream()
                .map(a -> new ChartedAttack(Printable.of(a.card().name()), a.roc(), a.histogram()))
                .toList());
        // Gson writes <, > and & as \\u003c and so on, so that no name can end the script element.
        return new Gson().toJson(RecordJson.write(data, "charts"));
    }

    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = ReportHtml.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("the build puts " + name + " beside this class");
            }
            // Browsers turn CR LF into LF before they hash a script; do it first, or a checkout on Windows runs none.
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
