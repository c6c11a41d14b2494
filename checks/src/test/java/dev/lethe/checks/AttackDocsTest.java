package dev.lethe.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.attacks.Attacks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/attacks.md} is what the cards of the attacks say; {@code -Dlethe.write=true} writes it. */
class AttackDocsTest {
    private static final String REMEDY = "mvn -B -q -pl checks -am test -Dtest=AttackDocsTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dlethe.write=true";

    @Test
    void pageSaysWhatTheCardsSay() throws IOException {
        Path page = Path.of(System.getProperty("lethe.root", ".."), "docs/attacks.md");
        String wanted = page();
        if (Boolean.getBoolean("lethe.write")) {
            Files.writeString(page, wanted);
        }
        assertThat(page).as("docs/attacks.md; to write it: " + REMEDY).hasContent(wanted);
    }

    private static String page() {
        List<String> lines = new ArrayList<>(List.of(
                "# Attacks",
                "",
                "Made from the cards of the attacks; do not edit. `" + REMEDY + "` writes it again.",
                "",
                "All of these play the membership game: was this record in the training data? A setting is changed behind a",
                "colon: `--attacks lira:variance=global:saturation=8`. How attacks are added: [CONTRIBUTING](../CONTRIBUTING.md).",
                ""));
        lines.add("| id | name |");
        lines.add("|---|---|");
        for (MembershipAttack attack : Attacks.all()) {
            lines.add("| [`" + attack.card().id() + "`](#" + attack.card().id() + ") | "
                    + attack.card().name() + " |");
        }
        for (MembershipAttack attack : Attacks.all()) {
            lines.addAll(section(attack.card(), Attacks.settings(attack)));
        }
        return String.join("\n", lines) + "\n";
    }

    private static List<String> section(Card card, String settings) {
        List<String> lines = new ArrayList<>(List.of(
                "",
                "## " + card.id(),
                "",
                "**" + card.name() + ".** " + card.summary(),
                "",
                "The attacker needs:",
                ""));
        card.assumptions().forEach(assumption -> lines.add("- " + assumption));
        lines.add("");
        if (settings.isEmpty()) {
            lines.add("Settings: none.");
        } else {
            lines.addAll(List.of("| setting | default |", "|---|---|"));
            for (String setting : settings.split(" ")) {
                String[] parts = setting.split("=", 2);
                lines.add("| `" + parts[0] + "` | `" + parts[1] + "` |");
            }
        }
        lines.addAll(List.of("", "Source: " + card.paper() + "."));
        return lines;
    }
}
