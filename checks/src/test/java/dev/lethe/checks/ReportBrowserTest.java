package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.report.Report;
import dev.lethe.audit.report.ReportHtml;
import dev.lethe.audit.report.SampleReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/** The report as a reader's browser shows it: Debian's Chromium, without a screen. */
class ReportBrowserTest {
    private static final double PIXELS_PER_MILLIMETRE = 96 / 25.4;
    private static final String PAYLOAD = "</script></style></title><script>window.owned=1</script>"
            + "<img src=x onerror=\"window.owned=1\"><iframe src=javascript:top.owned=1></iframe>{{x}} {a|b} ";

    private static Browser page;
    private static ChromeDriver browser;

    @BeforeAll
    static void start() throws IOException {
        page = Browser.open();
        browser = page.driver();
    }

    @AfterAll
    static void stop() {
        if (page != null) {
            page.close();
        }
    }

    @BeforeEach
    void plain() {
        page.plain();
    }

    @Test
    void drawsEveryChartWithoutErrorAndWithoutNetwork() throws IOException {
        for (Report report : List.of(SampleReport.realistic(), SampleReport.battery())) {
            open(report);

            assertThat(charts().subList(0, 5))
                    .as("the curves and four histograms")
                    .allMatch(paths -> paths > 3);
            assertThat(charts().subList(5, charts().size()))
                    .as("what is folded away")
                    .hasSize(report.attacks().size() - 4)
                    .allMatch(paths -> paths == 0);

            browser.findElement(By.cssSelector("details[data-draws] > summary")).click();
            page.settle();

            assertThat(charts()).hasSize(report.attacks().size() + 1).allMatch(paths -> paths > 3);
            page.assertNoErrorAndNoNetwork();
        }
    }

    /** For every chart the number of paths in it, 0 for one that is not drawn. */
    private static List<Long> charts() {
        return ((List<?>) browser.executeScript("""
                return Array.from(document.querySelectorAll('.chart')).map(function (chart) {
                  const svg = chart.querySelector('svg');
                  return svg === null || svg.clientHeight === 0 ? 0 : svg.querySelectorAll('path').length;
                });"""))
                .stream().map(Long.class::cast).toList();
    }

    @Test
    void anAuditThatCouldNotSeeShowsNoVerdictInItsOwnStyle() throws IOException {
        for (Report report : List.of(SampleReport.blind(), SampleReport.voided())) {
            open(report);

            String verdict = browser.findElement(By.cssSelector("#first-page .strongest"))
                    .getText();
            assertThat(verdict)
                    .startsWith("NO VERDICT")
                    .contains(report.blindness().get(0))
                    .doesNotContain("NOTHING FOUND");
            assertThat(browser.findElement(By.id("first-page")).getText())
                    .doesNotContain(report.findings().get(0).sentence());
            assertThat(colour(".strongest"))
                    .isNotIn(
                            colourOfVerdict(SampleReport.nothingFound()),
                            colourOfVerdict(SampleReport.realistic()),
                            colourOfVerdict(SampleReport.oneAttack()));
            page.assertNoErrorAndNoNetwork();
        }
    }

    private static String colourOfVerdict(Report report) throws IOException {
        open(report);
        return colour(".strongest");
    }

    private static String colour(String selector) {
        return (String)
                browser.executeScript("return getComputedStyle(document.querySelector('" + selector + "')).color");
    }

    @Test
    void ofManyAttacksSixCurvesAreDrawnAndOthersOnDemand() throws IOException {
        open(SampleReport.battery());

        assertThat(drawnCurves()).isEqualTo(6);
        browser.findElements(By.cssSelector(".legend button")).get(15).click();
        page.settle();

        assertThat(drawnCurves()).isEqualTo(7);
        page.assertNoErrorAndNoNetwork();
    }

    private static double drawnCurves() {
        return page.number("Array.from(document.querySelectorAll('#roc path')).filter("
                + "p => (p.getAttribute('stroke') || '').startsWith('var(--series-')).length");
    }

    @Test
    void everyTableRegionAndPictureHasAnAccessibleName() throws IOException {
        open(SampleReport.battery());

        assertThat(page.number("document.querySelectorAll('[role=region]').length"))
                .isGreaterThan(25);
        assertThat((List<?>) browser.executeScript("""
                const named = e => (e.getAttribute('aria-label') || '').trim() !== ''
                  || (e.getAttribute('aria-labelledby') || '').split(' ').some(id => id !== ''
                    && document.getElementById(id) !== null && document.getElementById(id).textContent.trim() !== '');
                return Array.from(document.querySelectorAll('[role=region], [role=img], [role=group], main section'))
                  .filter(e => !named(e)).map(e => e.outerHTML.slice(0, 120));""")).isEmpty();
        assertThat((List<?>) browser.executeScript("""
                const seen = new Set();
                return Array.from(document.querySelectorAll('[id]')).map(e => e.id)
                  .filter(id => seen.has(id) || !seen.add(id));"""))
                .as("ids that occur twice")
                .isEmpty();
        assertThat((List<?>) browser.executeScript("""
                return Array.from(document.querySelectorAll('.contents a')).map(a => a.hash.slice(1))
                  .filter(id => document.getElementById(id) === null);"""))
                .as("links that lead nowhere")
                .isEmpty();
    }

    @Test
    void edgeReportsRender() throws IOException {
        for (Report report :
                List.of(SampleReport.nothingFound(), SampleReport.oneAttack(), SampleReport.nothingMeasured())) {
            open(report);

            assertThat(page.number("document.querySelectorAll('.chart svg').length"))
                    .isEqualTo(report.attacks().isEmpty() ? 0 : 2);
            page.assertNoErrorAndNoNetwork();
        }
    }

    @Test
    void hostileTextIsOnlyText() throws IOException {
        open(SampleReport.hostile(PAYLOAD));

        assertThat(browser.executeScript("return window.owned === undefined")).isEqualTo(true);
        assertThat(page.number("document.querySelectorAll('img, iframe').length"))
                .isZero();
        assertThat(browser.getTitle()).startsWith("</script></style></title><script>");
        hoverOverCurves();
        assertThat(browser.executeScript("return window.owned === undefined")).isEqualTo(true);
        page.assertNoErrorAndNoNetwork();
    }

    @Test
    void curvesExplainThemselvesUnderThePointer() throws IOException {
        open(SampleReport.realistic());

        hoverOverCurves();

        assertThat((String) browser.executeScript("return document.getElementById('roc').textContent"))
                .contains("Loss threshold")
                .contains("FPR");
        page.assertNoErrorAndNoNetwork();
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 400, 800, 1280, 1900})
    void thePageNeverScrollsSideways(int width) throws IOException {
        for (Report report : List.of(
                SampleReport.realistic(),
                SampleReport.battery(),
                SampleReport.hostile("Unbroken".repeat(40)),
                SampleReport.oneAttack())) {
            open(report);
            page.width(width);
            page.unfold();

            assertThat(page.number("document.documentElement.scrollWidth"))
                    .as("%s at %s px", report.subject().title(), width)
                    .isLessThanOrEqualTo(width);
        }
    }

    @Test
    void textStaysLegibleOnANarrowScreen() throws IOException {
        open(SampleReport.battery());
        page.width(400);
        page.unfold();

        assertThat(page.number("parseFloat(getComputedStyle(document.body).fontSize)"))
                .isGreaterThanOrEqualTo(16);
        assertThat(page.number("document.querySelector('.roc svg').clientWidth"))
                .isBetween(300.0, 400.0);
        assertThat(page.number("""
                        Math.min.apply(null, Array.from(document.querySelectorAll('main *'))
                          .filter(e => e.checkVisibility() && e.textContent.trim() !== '')
                          .map(e => parseFloat(getComputedStyle(e).fontSize)))""")).isGreaterThanOrEqualTo(12);
    }

    @Test
    void theKeyboardReachesEverythingAndShowsWhere() throws IOException {
        open(SampleReport.realistic());
        List<String> reached = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            new Actions(browser).sendKeys(Keys.TAB).perform();
            String name = (String) browser.executeScript("""
                    const e = document.activeElement;
                    if (e === document.body) { return null; }
                    const style = getComputedStyle(e);
                    const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                    const box = e.getBoundingClientRect();
                    const inside = box.right > 0 && box.bottom > 0 && box.top < innerHeight && box.left < innerWidth;
                    return (shown && inside ? '' : 'UNSEEN ') + (e.className || e.parentElement.className
                      || e.tagName.toLowerCase()) + ' ' + (e.getAttribute('href') || '');""");
            if (name == null) {
                break;
            }
            reached.add(name.strip());
        }

        assertThat(reached).startsWith("skip #report", "a #first-page").noneMatch(name -> name.startsWith("UNSEEN"));
        assertThat(reached.stream().filter(name -> name.equals("legend"))).hasSize(6);
        assertThat(reached.stream().filter(name -> name.startsWith("scroll")))
                .as("every table that is not folded away")
                .hasSize(15);
        assertThat(reached)
                .contains(
                        "a #sight",
                        "a #attacks",
                        "a #thresholds",
                        "a #epsilon",
                        "a #stability",
                        "a #provenance",
                        "fold");
    }

    @Test
    void theSkipLinkSkipsAndTheLegendTogglesFromTheKeyboard() throws IOException {
        open(SampleReport.realistic());

        new Actions(browser).sendKeys(Keys.TAB, Keys.ENTER).perform();
        assertThat(browser.executeScript("return document.activeElement.id")).isEqualTo("report");

        String curves = "Array.from(document.querySelectorAll('#roc path')).filter("
                + "p => p.getAttribute('stroke') === 'var(--series-1)' || p.getAttribute('fill') === 'var(--series-1)'"
                + ").length";
        double before = page.number(curves);
        browser.executeScript("document.querySelectorAll('.legend button')[1].focus()");
        new Actions(browser).sendKeys(Keys.SPACE).perform();
        page.settle();

        assertThat(browser.executeScript(
                        "return document.querySelectorAll('.legend button')[1].getAttribute('aria-pressed')"))
                .isEqualTo("false");
        assertThat(before).isPositive();
        assertThat(page.number(curves)).isZero();
        page.assertNoErrorAndNoNetwork();
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void textStandsOutFromItsBackground(String scheme) throws IOException {
        for (Report report : List.of(
                SampleReport.battery(),
                SampleReport.nothingFound(),
                SampleReport.oneAttack(),
                SampleReport.blind(),
                SampleReport.voided())) {
            open(report);
            page.media("", scheme);
            page.unfold();
            page.settle();

            assertThat(page.faint()).as(scheme).isEmpty();
            String paper =
                    (String) browser.executeScript("return getComputedStyle(document.body).backgroundColor.toString()");
            assertThat(paper.equals("rgb(255, 255, 255)")).isEqualTo(scheme.equals("light"));
        }
    }

    @Test
    void theFirstPageFitsOneSheetWhateverTheDataSays() throws IOException {
        String manyWords = "A long text from data, ".repeat(100);
        for (Report report : List.of(
                SampleReport.realistic(),
                SampleReport.nothingFound(),
                SampleReport.battery(),
                SampleReport.blind(),
                SampleReport.withGuard(
                        SampleReport.nothingFound(), new Report.Guard(List.of(), List.of(), List.of(manyWords))),
                SampleReport.withGuard(
                        SampleReport.crowded(manyWords),
                        new Report.Guard(List.of(), notes(manyWords), List.of(manyWords))),
                SampleReport.crowded(manyWords),
                SampleReport.crowded("Unbroken".repeat(300)))) {
            open(report);
            page.media("print", "dark");
            // A4 less the margins of the style sheet.
            page.width((int) Math.floor((210 - 32) * PIXELS_PER_MILLIMETRE));

            assertThat(page.number("document.getElementById('first-page').getBoundingClientRect().height"))
                    .isLessThanOrEqualTo((297 - 32) * PIXELS_PER_MILLIMETRE);
            assertThat(page.number("document.getElementById('first-page').scrollWidth"))
                    .isLessThanOrEqualTo(page.number("document.getElementById('first-page').clientWidth"));
            assertThat(browser.executeScript("return getComputedStyle(document.body).backgroundColor"))
                    .as("paper is white even for readers who like it dark")
                    .isEqualTo("rgb(255, 255, 255)");
        }
    }

    private static List<Report.OutputNote> notes(String text) {
        return Collections.nCopies(9, new Report.OutputNote(text, Report.Severity.WEAKENS, text));
    }

    @Test
    void paperSaysWhatItLeavesOut() throws IOException {
        open(SampleReport.battery());
        assertThat(browser.findElement(By.id("thresholds")).getText()).doesNotContain("from which this was printed");

        page.media("print", "light");
        page.settle();

        assertThat(browser.findElement(By.id("thresholds")).getText())
                .contains("The thresholds of 15 other attacks are in the file from which this was printed.");
        assertThat(browser.findElement(By.id("scores")).getText()).contains("The scores of 12 other attacks are in");
        assertThat(browser.findElement(By.id("findings")).getText()).contains("40 weaker findings are in the file");
    }

    @Test
    void printsOnA4() throws IOException {
        open(SampleReport.realistic());

        String whole = pdf("");
        assertThat(whole).startsWith("%PDF-");
        assertThat(pages(whole)).isBetween(5, 14);
        open(SampleReport.battery());
        assertThat(pages(pdf(""))).as("with sixteen attacks").isBetween(10, 20);
        assertThat(pages(pdf("1"))).isEqualTo(1);
        // 210 mm x 297 mm in points, as Chromium rounds them.
        assertThat(whole).containsPattern("/MediaBox \\[0 0 59[45][.0-9]* 84[12][.0-9]*\\]");
        assertThat(whole).as("charts are drawn as lines, not as pixels").doesNotContain("/Subtype /Image");
    }

    private static void open(Report report) throws IOException {
        Path file = page.folder().resolve("report.html");
        Files.writeString(file, ReportHtml.render(report), StandardCharsets.UTF_8);
        page.show(file);
    }

    private static void hoverOverCurves() {
        browser.executeScript("document.getElementById('roc').scrollIntoView({block: 'center'})");
        new Actions(browser)
                .moveToElement(browser.findElement(By.id("roc")), 30, 20)
                .moveByOffset(15, 5)
                .perform();
        page.settle();
    }

    private static String pdf(String pageRanges) {
        Map<String, Object> printed = browser.executeCdpCommand(
                "Page.printToPDF",
                Map.of("preferCSSPageSize", true, "printBackground", true, "pageRanges", pageRanges));
        return new String(Base64.getDecoder().decode((String) printed.get("data")), StandardCharsets.ISO_8859_1);
    }

    private static int pages(String pdf) {
        Matcher page = Pattern.compile("/Type\\s*/Page\\b").matcher(pdf);
        int pages = 0;
        while (page.find()) {
            pages++;
        }
        return pages;
    }
}
