package dev.lethe.audit.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.report.Report.Epsilon;
import dev.lethe.audit.report.Report.Guard;
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
    void anAuditThatCouldNotSeeShowsNoVerdict() {
        for (Report report : List.of(SampleReport.blind(), SampleReport.voided())) {
            String html = ReportHtml.render(report);
            assertThat(html).contains("class=\"strongest blind\"", "class=\"mark blind\">NO VERDICT");
            assertThat(text(html))
                    .containsSubsequence(
                            "NO VERDICT",
                            "This audit could not see.",
                            report.blindness().get(0),
                            "Decision")
                    .contains("Measured by an audit that could not see.")
                    .doesNotContain("NOTHING FOUND")
                    .doesNotContainIgnoringCase(" safe");
        }
        assertThat(firstPage(SampleReport.blind())).doesNotContain("no better than a coin");
    }

    @Test
    void aReportWithoutFindingsNamesBlindnessBeforeAll() {
        Report blind = SampleReport.withGuard(
                SampleReport.nothingMeasured(), new Guard(List.of(), List.of(), List.of("The eyes were shut.")));

        assertThat(firstPage(blind)).contains("NO VERDICT", "The eyes were shut.");
        assertThat(firstPage(SampleReport.nothingMeasured())).contains("NOTHING MEASURED");
    }

    @Test
    void aLeakKeepsItsVerdictAndTheBlindPartIsNamed() {
        String firstPage = firstPage(SampleReport.battery());

        assertThat(firstPage)
                .containsSubsequence(
                        "LEAKS",
                        "What the numbers do not say",
                        "This audit was blind in part: 1 of 16 attacks missed a leak that was planted.",
                        "The answers are rounded");
    }

    @Test
    void theFirstPageSaysWhoCountsAndWhatWasAsked() {
        assertThat(firstPage(SampleReport.battery()))
                .contains("People, each with all their rows", "people told apart by customer")
                .contains("64 shadow models and 10,000 fresh records for the attacker, who asked about 18 versions")
                .contains("and 13 more, on a later page");
        assertThat(firstPage(SampleReport.realistic()))
                .contains("5,000 that the model was trained on (members)")
                .doesNotContain("versions of each record", "all their rows");
    }

    @Test
    void saysWhichAttackMissedThePlantedLeakAndWhichWasNotTried() {
        String seen = text(ReportHtml.render(SampleReport.battery()));
        assertThat(seen.substring(seen.indexOf("Could the audit see?", seen.indexOf("Signature"))))
                .containsSubsequence("Label only", "MISSED", "0.503", "[0.478, 0.529]", "BaVarIA", "SEEN")
                .containsSubsequence("answers", "WEAKENS ATTACKS", "rounded to 3 decimals")
                .doesNotContain("Not tried on a planted leak");

        assertThat(text(ReportHtml.render(SampleReport.realistic())))
                .contains("Not tried on a planted leak, so that it is not known whether they can see:"
                        + " Likelihood-ratio attack (LiRA), offline; Shadow models");
        assertThat(text(ReportHtml.render(
                        SampleReport.withGuard(SampleReport.realistic(), new Guard(List.of(), List.of(), List.of())))))
                .contains("No attack was tried on a planted leak", "Nothing odd was recognized");
    }

    @Test
    void thresholdsStandSideBySideAndNoFalseAlarmIsNoCertainty() {
        String html = text(ReportHtml.render(SampleReport.battery()));

        assertThat(html)
                .contains("The rarer members are, the less often a flag is right")
                .containsSubsequence(
                        "FPR meant: 0.01 (1 in 100)",
                        "Own answers and the truth",
                        "optimistic",
                        "Rehearsed on shadow models",
                        "Known non-members",
                        "FPR meant: 0.001 (1 in 1,000)",
                        "at least 0.3",
                        "no false alarm seen",
                        "Thresholds of 15 other attacks");
    }

    @Test
    void theLargestBoundIsStatedWithTheConfidenceOfAllThatItWasChosenFrom() {
        String html = text(ReportHtml.render(SampleReport.battery()));

        assertThat(html)
                .contains(
                        "No differential-privacy guarantee with epsilon below 1.39 at delta 0.00001 can be true of this")
                .contains("It is the largest over 2 methods, whose bounds hold together with 95 % confidence.")
                .contains("0 says nothing")
                .containsSubsequence(
                        "For every recipe",
                        "Only if the condition below is true",
                        "Proves something only if the recipe hides a record as a Gaussian mechanism does.",
                        "Proves something only if records are flagged independently of each other.");
    }

    @Test
    void aBoundOnAConditionIsNeverTheHeadline() {
        String one = epsilonSection(
                new Epsilon("lira", 0, 1e-5, 0.95, "guesses", ""),
                new Epsilon("lira", 3, 1e-5, 0.95, "Gaussian", "pigs fly"));
        assertThat(one)
                .contains("No attack proves a lower bound above 0 without a condition.")
                .contains("Proves something only if pigs fly.")
                .doesNotContain("below 3", "No differential-privacy guarantee");

        assertThat(epsilonSection(new Epsilon("lira", 2, 1e-5, 0.95, "guesses", "")))
                .contains("epsilon below 2.00 at delta 0.00001", "It holds with 95 % confidence.");
        assertThat(epsilonSection(new Epsilon("lira", 2, 1e-5, 0.95, "Gaussian", "pigs fly")))
                .contains("No bound without a condition was computed.");
    }

    @Test
    void columnsOfDifferentDeltasSaySo() {
        assertThat(epsilonSection(
                        new Epsilon("lira", 2, 1e-5, 0.95, "guesses", ""), new Epsilon("lira", 1, 0, 0.9, "rates", "")))
                .contains("delta 0.00001, 95 %", "delta 0, 90 %", "hold together with 90 % confidence");
    }

    @Test
    void aPredictionStandsBesideTheFindingAndIsNone() {
        assertThat(text(ReportHtml.render(SampleReport.realistic())))
                .containsSubsequence(
                        "A prediction, not a finding.",
                        "Foretold",
                        "prediction",
                        "Measured",
                        "finding",
                        "1 in 100",
                        "FPR 0.01",
                        "0.113",
                        "[0.0904, 0.141]",
                        "0.105",
                        "Measured: Likelihood-ratio attack (LiRA), online.",
                        "Foretold: read off the scores of Loss threshold.");
        assertThat(ReportHtml.render(SampleReport.battery())).doesNotContain("id=\"foretold\"", "#foretold");
    }

    @Test
    void stabilityStandsBesideChance() {
        assertThat(text(ReportHtml.render(SampleReport.battery())))
                .containsSubsequence(
                        "Jaccard index",
                        "0.215",
                        "0.0540",
                        "The same people again",
                        "2 models",
                        "611",
                        "511",
                        "7 models");
    }

    @Test
    void ofManyAttacksTheStrongestAreShownAndTheRestFoldAway() {
        String html = ReportHtml.render(SampleReport.battery());

        assertThat(all("<button type=\"button\" aria-pressed=\"(true|false)\"", html))
                .startsWith("true", "true", "true", "true", "true", "true", "false")
                .hasSize(16);
        assertThat(all("data-colour=\"([0-9]\" data-dash=\"[0-9])\"", html))
                .hasSize(16)
                .doesNotHaveDuplicates();
        assertThat(text(html)).contains("Scores of 12 other attacks", "40 weaker findings");
    }

    @Test
    void sectionsWithoutContentAreAbsentAndTheContentsAgree() {
        for (Report report : List.of(
                SampleReport.realistic(),
                SampleReport.nothingFound(),
                SampleReport.oneAttack(),
                SampleReport.battery(),
                SampleReport.blind(),
                SampleReport.nothingMeasured())) {
            String html = ReportHtml.render(report);
            List<String> targets = all("href=\"#([a-z-]+)\"", html);
            List<String> ids = all("<(?:section|article|main) [^>]*id=\"([a-z-]+)\"", html);
            assertThat(targets).isNotEmpty().isSubsetOf(ids);
            assertThat(html.contains("id=\"thresholds\""))
                    .isEqualTo(!report.calibrations().isEmpty());
            assertThat(html.contains("id=\"epsilon\""))
                    .isEqualTo(!report.epsilons().isEmpty());
            assertThat(html.contains("id=\"stability\""))
                    .isEqualTo(!report.stabilities().isEmpty());
            assertThat(html.contains("id=\"sight\""))
                    .isEqualTo(!report.attacks().isEmpty());
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

    private static String firstPage(Report report) {
        String html = text(ReportHtml.render(report));
        return html.substring(html.indexOf("Privacy audit"), html.indexOf("Signature"));
    }

    private static String epsilonSection(Epsilon... epsilons) {
        Report r = SampleReport.realistic();
        String html = text(ReportHtml.render(new Report(
                r.subject(),
                r.seed(),
                r.provenance(),
                r.training(),
                r.findings(),
                r.attacks(),
                r.guard(),
                r.calibrations(),
                List.of(epsilons),
                r.stabilities(),
                r.slices(),
                r.exposed(),
                r.refused(),
                r.notTested(),
                r.limits())));
        int from = html.indexOf("Lower bounds on epsilon", html.indexOf("Signature"));
        return html.substring(from, html.indexOf("Jaccard", from));
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
