package dev.lethe.audit.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportHtmlTest {
    private static final Pattern RAW_TEXT = Pattern.compile("(?s)(<(script|style)[^>]*>).*?(</\\2>)");
    private static final Pattern TAG = Pattern.compile("(?s)<[a-zA-Z/!][^>]*>");

    /** A payload that became markup would change the sequence of tags; as text it leaves it as harmless text does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "</script><script>alert(1)</script>",
                "\"><img src=x onerror=alert(1)>",
                "' onmouseover='alert(1)",
                "</style><svg onload=alert(1)>",
                "</title><iframe src=javascript:alert(1)>",
                "<!--",
                "]]>",
                "{{title}}",
                "{{{script}}}",
                "&lt;b&gt;&#60;b",
                "javascript:alert(1)",
                "\u0000\u001b[31m\u202Etxt\u2028",
                "\uD800<b>"
            })
    void noTextFromDataBecomesMarkup(String payload) {
        String harmless = "x".repeat(payload.length());

        String html = ReportHtml.render(SampleReport.hostile(payload));

        assertThat(tags(html)).isEqualTo(tags(ReportHtml.render(SampleReport.hostile(harmless))));
        if (payload.contains("<")) {
            assertThat(html).doesNotContain(payload);
        }
        assertThat(html.codePoints())
                .noneMatch(c -> c == 0 || c == 0x1b || (c >= 0x202A && c <= 0x202E) || (c >= 0xD800 && c <= 0xDFFF));
    }

    @Test
    void theChartDataCannotEndItsElement() {
        String html = ReportHtml.render(SampleReport.hostile("</script><!--<script>"));

        Matcher data = Pattern.compile("(?s)<script type=\"application/json\" id=\"chart-data\">(.*?)</script>")
                .matcher(html);
        assertThat(data.find()).isTrue();
        assertThat(data.group(1)).startsWith("{\"attacks\":[").endsWith("]}").doesNotContain("<");
    }

    @Test
    void loadsNothing() {
        String html = ReportHtml.render(SampleReport.realistic());

        assertThat(html).contains("default-src &#39;none&#39;; script-src &#39;sha256-");
        assertThat(tags(html))
                .noneMatch(tag -> tag.matches("(?s)<(link|img|iframe|object|embed|base|form|audio|video|source).*")
                        && !tag.equals("<link rel=\"icon\" href=\"data:,\">"))
                .noneMatch(tag -> tag.contains("http:") || tag.contains("https:") || tag.contains(" src="))
                .noneMatch(tag -> tag.matches("(?s).*\\son[a-z]+=.*"));
    }

    @Test
    void leadsWithTheStrongestFinding() {
        String html = ReportHtml.render(SampleReport.realistic());

        assertThat(html)
                .containsSubsequence(
                        "LEAKS",
                        "10 % of the people in the training data are found with 1 false alarm in 100.",
                        "What was tested",
                        "What was not tested",
                        "What the numbers do not say",
                        "Decision",
                        "Attacks compared")
                .contains("[0.102, 0.109]")
                .contains("about 1 in 10 members; guessing: 1 in 100");
    }

    @Test
    void nothingFoundIsNeverSafe() {
        String html = text(ReportHtml.render(SampleReport.nothingFound()));

        assertThat(html)
                .contains("NOTHING FOUND", "An attack that finds nothing proves nothing")
                .doesNotContainIgnoringCase(" safe")
                .doesNotContain("✓", "✔", "NaN", "null");
    }

    @Test
    void sectionsWithoutContentAreAbsentAndTheContentsAgree() {
        for (Report report : List.of(
                SampleReport.realistic(),
                SampleReport.nothingFound(),
                SampleReport.oneAttack(),
                SampleReport.nothingMeasured())) {
            String html = ReportHtml.render(report);
            List<String> targets = all("href=\"#([a-z-]+)\"", html);
            List<String> ids = all("<(?:section|article|main) [^>]*id=\"([a-z-]+)\"", html);
            assertThat(targets).isNotEmpty().isSubsetOf(ids);
            assertThat(html.contains("id=\"groups\""))
                    .isEqualTo(!report.slices().isEmpty());
            assertThat(html.contains("id=\"records\""))
                    .isEqualTo(!report.exposed().isEmpty());
            assertThat(html.contains("id=\"refused\""))
                    .isEqualTo(!report.refused().isEmpty());
            assertThat(html.contains("id=\"roc\"")).isEqualTo(!report.attacks().isEmpty());
        }
    }

    @Test
    void whatTheFirstPageCutsStandsInFullLater() {
        String tail = "END OF THE LONG TEXT";
        String html = text(ReportHtml.render(SampleReport.hostile("long text ".repeat(200) + tail)));

        assertThat(html).contains("The first page in full").contains(tail);
        String firstPage = html.substring(0, html.indexOf("How to read the evidence", html.indexOf("Signature")));
        assertThat(firstPage).doesNotContain(tail).contains("…");
    }

    @Test
    void everyTableOrChartSaysWhatItIs() {
        String html = ReportHtml.render(SampleReport.realistic());

        assertThat(all("<div class=\"chart[^>]*(role=\"img\" aria-label=\"[^\"]+\")", html))
                .hasSameSizeAs(all("(<div class=\"chart)", html))
                .hasSize(7);
        assertThat(all("<div class=\"scroll[^>]*(tabindex=\"0\" role=\"region\" aria-label)", html))
                .hasSameSizeAs(all("(<table)", html));
    }

    private static List<String> tags(String html) {
        return all(
                "(?s)(" + TAG.pattern() + ")",
                RAW_TEXT.matcher(withoutLibrary(html)).replaceAll("$1$3"));
    }

    /** The page without its megabyte of charts library, which would be most of the time of these tests. */
    private static String withoutLibrary(String html) {
        int from = html.indexOf("</script>") + "</script>".length();
        int to = html.lastIndexOf("<script>");
        assertThat(html.indexOf("</script>", from)).as("end of the library").isBetween(from, to);
        return html.substring(0, from) + html.substring(to);
    }

    private static String text(String html) {
        return TAG.matcher(RAW_TEXT.matcher(withoutLibrary(html)).replaceAll(""))
                .replaceAll(" ");
    }

    private static List<String> all(String pattern, String html) {
        List<String> all = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern).matcher(html);
        while (matcher.find()) {
            all.add(matcher.group(1));
        }
        return all;
    }
}
