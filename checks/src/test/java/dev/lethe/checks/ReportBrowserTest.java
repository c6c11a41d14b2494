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
        open(SampleReport.realistic());

        List<?> charts = (List<?>) browser.executeScript("""
                return Array.from(document.querySelectorAll('.chart')).map(function (chart) {
                  const svg = chart.querySelector('svg');
                  return svg === null || svg.clientHeight === 0 ? 0 : svg.querySelectorAll('path').length;
                });""");
        assertThat(charts).hasSize(7).allSatisfy(paths -> assertThat((Long) paths)
                .isGreaterThan(3));
        assertNoErrorAndNoNetwork();
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
                SampleReport.realistic(), SampleReport.hostile("Unbroken".repeat(40)), SampleReport.oneAttack())) {
            open(report);
            width(width);

            assertThat(number("document.documentElement.scrollWidth"))
                    .as("%s at %s px", report.subject().title(), width)
                    .isLessThanOrEqualTo(width);
        }
    }

    @Test
    void textStaysLegibleOnANarrowScreen() throws IOException {
        open(SampleReport.realistic());
        width(400);

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
        for (int i = 0; i < 100; i++) {
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
                .hasSize(8);
        assertThat(reached).contains("a #attacks", "a #provenance", "summary");
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
        for (Report report : List.of(SampleReport.realistic(), SampleReport.nothingFound(), SampleReport.oneAttack())) {
            open(report);
            media("", scheme);
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

    @Test
    void printsOnA4() throws IOException {
        open(SampleReport.realistic());

        String whole = pdf("");
        assertThat(whole).startsWith("%PDF-");
        assertThat(pages(whole)).isBetween(5, 14);
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
