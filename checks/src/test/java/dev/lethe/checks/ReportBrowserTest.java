package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lethe.audit.report.Report;
import dev.lethe.audit.report.ReportHtml;
import dev.lethe.audit.report.SampleReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The report as a reader's browser shows it: Debian's Chromium, without a screen. */
class ReportBrowserTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final double PIXELS_PER_MILLIMETRE = 96 / 25.4;
    private static final String PAYLOAD = "</script></style></title><script>window.owned=1</script>"
            + "<img src=x onerror=\"window.owned=1\"><iframe src=javascript:top.owned=1></iframe>{{x}} {a|b} ";

    /** Held, for a logger that nobody holds forgets its level. Selenium warns of every Chromium newer than itself. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private static ChromeDriver browser;
    private static Path folder;

    @BeforeAll
    static void start() throws IOException {
        for (Path needed : List.of(CHROMIUM, DRIVER)) {
            assumeTrue(
                    Files.isExecutable(needed),
                    () -> "browser tests are skipped: there is no " + needed
                            + " (Debian and Ubuntu: apt-get install chromium chromium-driver)");
        }
        SELENIUM.setLevel(Level.SEVERE);
        // Under target rather than a temporary directory of JUnit: Chromium may still write while it is deleted.
        Files.createDirectories(Path.of("target"));
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "browser-");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--window-size=1280,900",
                "--user-data-dir=" + folder.resolve("profile"));
        options.setCapability("goog:loggingPrefs", logs);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .build(),
                options);
        browser.manage().timeouts().scriptTimeout(Duration.ofSeconds(30));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.quit();
        }
    }

    @BeforeEach
    void plain() {
        browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        media("", "light");
        browser.manage().logs().get(LogType.BROWSER);
        browser.manage().logs().get(LogType.PERFORMANCE);
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
            settle();

            assertThat(charts()).hasSize(report.attacks().size() + 1).allMatch(paths -> paths > 3);
            assertNoErrorAndNoNetwork();
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
            assertNoErrorAndNoNetwork();
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
        settle();

        assertThat(drawnCurves()).isEqualTo(7);
        assertNoErrorAndNoNetwork();
    }

    private static double drawnCurves() {
        return number("Array.from(document.querySelectorAll('#roc path')).filter("
                + "p => (p.getAttribute('stroke') || '').startsWith('var(--series-')).length");
    }

    @Test
    void everyTableRegionAndPictureHasAnAccessibleName() throws IOException {
        open(SampleReport.battery());

        assertThat(number("document.querySelectorAll('[role=region]').length")).isGreaterThan(25);
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

            assertThat(number("document.querySelectorAll('.chart svg').length"))
                    .isEqualTo(report.attacks().isEmpty() ? 0 : 2);
            assertNoErrorAndNoNetwork();
        }
    }

    @Test
    void hostileTextIsOnlyText() throws IOException {
        open(SampleReport.hostile(PAYLOAD));

        assertThat(browser.executeScript("return window.owned === undefined")).isEqualTo(true);
        assertThat(number("document.querySelectorAll('img, iframe').length")).isZero();
        assertThat(browser.getTitle()).startsWith("</script></style></title><script>");
        hoverOverCurves();
        assertThat(browser.executeScript("return window.owned === undefined")).isEqualTo(true);
        assertNoErrorAndNoNetwork();
    }

    @Test
    void curvesExplainThemselvesUnderThePointer() throws IOException {
        open(SampleReport.realistic());

        hoverOverCurves();

        assertThat((String) browser.executeScript("return document.getElementById('roc').textContent"))
                .contains("Loss threshold")
                .contains("FPR");
        assertNoErrorAndNoNetwork();
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
            width(width);
            unfold();

            assertThat(number("document.documentElement.scrollWidth"))
                    .as("%s at %s px", report.subject().title(), width)
                    .isLessThanOrEqualTo(width);
        }
    }

    @Test
    void textStaysLegibleOnANarrowScreen() throws IOException {
        open(SampleReport.battery());
        width(400);
        unfold();

        assertThat(number("parseFloat(getComputedStyle(document.body).fontSize)"))
                .isGreaterThanOrEqualTo(16);
        assertThat(number("document.querySelector('.roc svg').clientWidth")).isBetween(300.0, 400.0);
        assertThat(number("""
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
        double before = number(curves);
        browser.executeScript("document.querySelectorAll('.legend button')[1].focus()");
        new Actions(browser).sendKeys(Keys.SPACE).perform();
        settle();

        assertThat(browser.executeScript(
                        "return document.querySelectorAll('.legend button')[1].getAttribute('aria-pressed')"))
                .isEqualTo("false");
        assertThat(before).isPositive();
        assertThat(number(curves)).isZero();
        assertNoErrorAndNoNetwork();
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
            media("", scheme);
            unfold();
            settle();

            List<?> faint = (List<?>) browser.executeScript("""
                    const channel = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); };
                    const parse = c => c.match(/[\\d.]+/g).map(Number);
                    const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
                    const background = e => {
                      for (; e; e = e.parentElement) {
                        const c = parse(getComputedStyle(e).backgroundColor);
                        if (c.length === 3 || c[3] > 0) { return c; }
                      }
                      return [255, 255, 255];
                    };
                    return Array.from(document.querySelectorAll('body *'))
                      .filter(e => e.checkVisibility() && !e.classList.contains('hidden')
                        && Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim() !== '')
                        && e.tagName !== 'SCRIPT')
                      .map(e => {
                        const style = getComputedStyle(e);
                        const ink = luminance(parse(e instanceof SVGElement ? style.fill : style.color));
                        const paper = luminance(background(e));
                        const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
                        return [ratio, e.tagName + ' ' + e.textContent.slice(0, 30) + ' ' + ratio.toFixed(2)];
                      })
                      .filter(pair => !(pair[0] >= 4.5)).map(pair => pair[1]);""");
            assertThat(faint).as(scheme).isEmpty();
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
            media("print", "dark");
            // A4 less the margins of the style sheet.
            width((int) Math.floor((210 - 32) * PIXELS_PER_MILLIMETRE));

            assertThat(number("document.getElementById('first-page').getBoundingClientRect().height"))
                    .isLessThanOrEqualTo((297 - 32) * PIXELS_PER_MILLIMETRE);
            assertThat(number("document.getElementById('first-page').scrollWidth"))
                    .isLessThanOrEqualTo(number("document.getElementById('first-page').clientWidth"));
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

        media("print", "light");
        settle();

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
        Path file = folder.resolve("report.html");
        Files.writeString(file, ReportHtml.render(report), StandardCharsets.UTF_8);
        browser.get(file.toUri().toString());
        settle();
    }

    /** Waits until the browser has drawn two frames, by when charts and resize observers have run. */
    private static void settle() {
        browser.executeAsyncScript(
                "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));");
    }

    private static void unfold() {
        browser.executeScript("document.querySelectorAll('details').forEach(d => { d.open = true; })");
        settle();
    }

    private static void width(int pixels) {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", pixels, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        settle();
    }

    private static void media(String type, String scheme) {
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("media", type, "features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    private static void hoverOverCurves() {
        browser.executeScript("document.getElementById('roc').scrollIntoView({block: 'center'})");
        new Actions(browser)
                .moveToElement(browser.findElement(By.id("roc")), 30, 20)
                .moveByOffset(15, 5)
                .perform();
        settle();
    }

    private static double number(String expression) {
        return ((Number) browser.executeScript("return " + expression)).doubleValue();
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

    private static void assertNoErrorAndNoNetwork() {
        assertThat(browser.manage().logs().get(LogType.BROWSER)).as("console").isEmpty();
        Pattern request = Pattern.compile("\"Network\\.requestWillBeSent\".*?\"request\":\\{.*?\"url\":\"([^\"]*)\"");
        List<String> requested = StreamSupport.stream(
                        browser.manage().logs().get(LogType.PERFORMANCE).spliterator(), false)
                .map(entry -> request.matcher(entry.getMessage()))
                .filter(Matcher::find)
                .map(match -> match.group(1))
                .toList();
        assertThat(requested).as("requests").isNotEmpty().allMatch(url -> url.matches("(file|data|blob):.*"));
    }
}
