package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

/** The pages that a reader meets first say what is there. */
class DocsTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s#]+)(#[^)]*)?\\)");

    @Test
    void readmeHasItsTwoCommands() throws IOException {
        assertThat(Files.readString(root().resolve("README.md")).lines()).contains("./lethe demo", "mvn -B verify");
    }

    @Test
    void everyLinkWithinTheProjectLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : pages()) {
            Matcher matcher = LINK.matcher(Files.readString(page));
            while (matcher.find()) {
                String link = matcher.group(1);
                if (!link.contains("://")) {
                    links++;
                    if (!Files.exists(page.resolveSibling(link))) {
                        broken.add(root().relativize(page) + " -> " + link);
                    }
                }
            }
        }
        assertThat(links).isGreaterThan(5);
        assertThat(broken).isEmpty();
    }

    /** The code in the README is that of an example, which is compiled and run elsewhere. */
    @Test
    void readmeQuotesAnExampleWordForWord() throws IOException {
        String example = Files.readString(root().resolve("examples/AuditTable.java"));
        Matcher code = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(root().resolve("README.md")));
        assertThat(code.find()).isTrue();
        assertThat(code.group(1).lines().map(String::strip))
                .isSubsetOf(example.lines().map(String::strip).toList())
                .hasSizeGreaterThan(5);
    }

    @Test
    void everyPinnedVersionHasItsReasonAndNoOther() throws IOException {
        Set<String> pinned = new TreeSet<>();
        Matcher property =
                Pattern.compile("<([a-z-]+\\.version)>").matcher(Files.readString(root().resolve("pom.xml")));
        while (property.find()) {
            pinned.add(property.group(1));
        }
        Set<String> explained = new TreeSet<>();
        Matcher mention = Pattern.compile("`([a-z-]+\\.version)`")
                .matcher(Files.readString(root().resolve("docs/dependencies.md")));
        while (mention.find()) {
            explained.add(mention.group(1));
        }
        assertThat(explained).isEqualTo(pinned).isNotEmpty();
    }

    @Test
    void pictureOfTheFlowStandsAlone() throws Exception {
        Path picture = root().resolve("docs/flow.svg");
        DocumentBuilderFactory parsers = DocumentBuilderFactory.newInstance();
        parsers.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        assertThat(parsers.newDocumentBuilder()
                        .parse(picture.toFile())
                        .getDocumentElement()
                        .getTagName())
                .isEqualTo("svg");
        assertThat(Files.readString(picture))
                .contains("<title", "<desc", "prefers-color-scheme: dark")
                .doesNotContain("href=", "<script", "<image");
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (Path folder : List.of(root(), root().resolve("docs"))) {
            int depth = folder.equals(root()) ? 1 : 3;
            try (Stream<Path> files = Files.walk(folder, depth)) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        return pages;
    }

    private static Path root() {
        return Path.of(System.getProperty("lethe.root", ".."));
    }
}
