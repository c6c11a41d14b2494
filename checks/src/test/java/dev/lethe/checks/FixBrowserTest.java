package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** What {@code lethe fix} leaves for its reader, in the browser: a page of a walk that was walked. */
class FixBrowserTest {
    private static final List<String> TRIED =
            List.of("as it was", "early stopping", "confidence masking", "private training, epsilon 6");

    @TempDir
    static Path folder;

    private static Browser page;

    @BeforeAll
    static void walk() throws Exception {
        page = Browser.open();
        SmallData.people(folder.resolve("people.csv"), 600);
        for (String command : List.of(
                "audit data --table people.csv --label outcome --members 200 --shadows 2 --targets 1 --epochs 20"
                        + " --attacks loss-threshold --rates 0.1 --seed 5 --out report --quiet",
                "ledger open --ledger l.db --dataset people --epsilon 40 --delta 1e-3 --purpose test",
                "fix --report report/report.json --remedies early-stopping,confidence-masking --epsilon 6"
                        + " --target tpr@fpr=0.1<=1 --ledger l.db --dataset people --out fixed --quiet")) {
            CommandLineRun run = CommandLineRun.of(folder, command.split(" "));
            assertThat(run.code()).as(run.err()).isZero();
        }
    }

    @AfterAll
    static void stop() {
        if (page != null) {
            page.close();
        }
    }

    @BeforeEach
    void show() {
        page.plain();
        page.show(folder.resolve("fixed/fix.html"));
    }

    @Test
    void everyRemedyIsAPointAndARowAndNoneNeedsScriptsOrANetwork() {
        assertThat(page.number("document.querySelectorAll('.plot .mark circle').length"))
                .isEqualTo(TRIED.size());
        List<WebElement> rows = page.driver().findElements(By.cssSelector(".tried tbody tr"));
        assertThat(rows).hasSize(TRIED.size());
        for (int i = 0; i < TRIED.size(); i++) {
            assertThat(rows.get(i).getText()).containsIgnoringCase(TRIED.get(i));
        }
        assertThat(page.number("document.querySelectorAll('.tried tr.taken').length"))
                .isEqualTo(1);
        assertThat(page.number("document.querySelectorAll('.plot .bound').length"))
                .as("the theorem's bound, of the private one alone")
                .isEqualTo(1);
        assertThat(page.number("document.querySelectorAll('script').length")).isZero();
        page.assertNoErrorAndNoNetwork();
    }

    /** All that is drawn lies within the chart, and points stand where their numbers say: higher means more leak. */
    @Test
    void thePictureSaysWhatTheTableSays() {
        assertThat((List<?>) page.driver().executeScript("""
                const plot = document.querySelector('.plot').getBoundingClientRect();
                return Array.from(document.querySelectorAll('.plot *')).filter(e => e.getBBox)
                  .filter(e => { const b = e.getBoundingClientRect();
                    return b.left < plot.left - 1 || b.right > plot.right + 1 || b.top < plot.top - 1 || b.bottom > plot.bottom + 1; })
                  .map(e => e.outerHTML.slice(0, 120));""")).isEmpty();
        List<Double> heights =
                numbers("Array.from(document.querySelectorAll('.plot .mark circle')).map(c => -c.cy.baseVal.value)");
        List<Double> leaks = numbers("Array.from(document.querySelectorAll('.tried tbody tr'))"
                + ".map(r => parseFloat(r.cells[2].textContent))");
        for (int i = 0; i < heights.size(); i++) {
            for (int j = 0; j < heights.size(); j++) {
                if (leaks.get(i) < leaks.get(j)) {
                    assertThat(heights.get(i)).isLessThanOrEqualTo(heights.get(j));
                }
            }
        }
    }

    @Test
    void everyLinkLeadsToAFile() {
        List<String> links = page.driver().findElements(By.cssSelector("main a")).stream()
                .map(link -> link.getAttribute("href"))
                .toList();
        assertThat(links).hasSizeGreaterThanOrEqualTo(TRIED.size() + 1);
        assertThat(links).allSatisfy(link -> assertThat(Path.of(java.net.URI.create(link.replaceAll("#.*", ""))))
                .isRegularFile());
    }

    @Test
    void theKeyboardReachesTheTableAndTheReports() {
        new Actions(page.driver()).sendKeys(Keys.TAB, Keys.ENTER).perform();
        assertThat(page.driver().executeScript("return document.activeElement.id"))
                .isEqualTo("page");
        new Actions(page.driver()).sendKeys(Keys.TAB).perform();
        assertThat((String) page.driver().executeScript("return document.activeElement.className"))
                .isEqualTo("scroll");
        new Actions(page.driver()).sendKeys(Keys.TAB).perform();
        assertThat((String) page.driver().executeScript("return document.activeElement.getAttribute('href')"))
                .endsWith("report.html");
    }

    @Test
    void isLegibleInLightAndDarkAndNeverScrollsSideways() {
        for (String scheme : List.of("light", "dark")) {
            page.media("", scheme);
            page.settle();
            assertThat(page.faint()).as(scheme).isEmpty();
        }
        for (int width : new int[] {320, 400, 800, 1280}) {
            page.width(width);
            assertThat(page.number("document.documentElement.scrollWidth"))
                    .as("at %s px", width)
                    .isLessThanOrEqualTo(width);
        }
    }

    private static List<Double> numbers(String expression) {
        return ((List<?>) page.driver().executeScript("return " + expression))
                .stream().map(value -> ((Number) value).doubleValue()).toList();
    }
}
