package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A reader's browser: Debian's Chromium, without a screen. Tests that open one are skipped where there is none.
 *
 * @param folder where pages and its profile may lie
 */
record Browser(ChromeDriver driver, Path folder) implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    /** Held, for a logger that nobody holds forgets its level. Selenium warns of every Chromium newer than itself. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    static Browser open() throws IOException {
        for (Path needed : List.of(CHROMIUM, DRIVER)) {
            assumeTrue(
                    Files.isExecutable(needed),
                    () -> "browser tests are skipped: there is no " + needed
                            + " (Debian and Ubuntu: apt-get install chromium chromium-driver)");
        }
        SELENIUM.setLevel(Level.SEVERE);
        // Under target rather than a temporary directory of JUnit: Chromium may still write while it is deleted.
        Files.createDirectories(Path.of("target"));
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "browser-");
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
        ChromeDriver driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .build(),
                options);
        driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(30));
        return new Browser(driver, folder);
    }

    /** Its own window, light, with empty logs. */
    void plain() {
        driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        media("", "light");
        driver.manage().logs().get(LogType.BROWSER);
        driver.manage().logs().get(LogType.PERFORMANCE);
    }

    void show(Path file) {
        driver.get(file.toUri().toString());
        settle();
    }

    /** Waits until the browser has drawn two frames, by when charts and resize observers have run. */
    void settle() {
        driver.executeAsyncScript(
                "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));");
    }

    void unfold() {
        driver.executeScript("document.querySelectorAll('details').forEach(d => { d.open = true; })");
        settle();
    }

    void width(int pixels) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", pixels, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        settle();
    }

    void media(String type, String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("media", type, "features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    double number(String expression) {
        return ((Number) driver.executeScript("return " + expression)).doubleValue();
    }

    /** Visible texts with less than 4.5 times the light of their background, or the other way around. */
    List<?> faint() {
        return (List<?>) driver.executeScript("""
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
    }

    void assertNoErrorAndNoNetwork() {
        assertThat(driver.manage().logs().get(LogType.BROWSER)).as("console").isEmpty();
        Pattern request = Pattern.compile("\"Network\\.requestWillBeSent\".*?\"request\":\\{.*?\"url\":\"([^\"]*)\"");
        List<String> requested = StreamSupport.stream(
                        driver.manage().logs().get(LogType.PERFORMANCE).spliterator(), false)
                .map(entry -> request.matcher(entry.getMessage()))
                .filter(Matcher::find)
                .map(match -> match.group(1))
                .toList();
        assertThat(requested).as("requests").isNotEmpty().allMatch(url -> url.matches("(file|data|blob):.*"));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
