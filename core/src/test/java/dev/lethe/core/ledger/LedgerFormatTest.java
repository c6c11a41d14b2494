package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.PropertyTrials;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** The format that docs/ledger-format.md promises to others, and what is no ledger. */
class LedgerFormatTest {
    private static final Entry FIRST = Entry.after(
            1,
            Entry.NONE_BEFORE,
            "patients",
            Entry.Kind.OPEN,
            "{\"epsilon\":\"4\",\"delta\":\"0.00001\",\"neighbours\":\"add-remove\"}",
            "étude 7",
            "ana",
            Instant.parse("2026-01-02T03:04:05.000006Z"),
            new BigDecimal("0.000000000"),
            "renyi-mixture-1");

    private static final Entry SECOND = Entry.after(
            2,
            FIRST.hash(),
            "patients",
            Entry.Kind.RAISE,
            "{\"epsilon\":\"5\",\"delta\":\"0.00001\"}",
            "agreed",
            "ana",
            Instant.parse("2026-01-02T03:04:06Z"),
            new BigDecimal("0.000000000"),
            "renyi-mixture-1");

    /** Computed by the words of docs/ledger-format.md with another program (Python's hashlib). */
    @Test
    void hashIsWhatTheFormatSays() throws Exception {
        assertThat(FIRST.hash()).isEqualTo("4b8f1e838ad920f8c1dafdb9682ba6dbe8b7e934fa3bdcb9237c1de310498b40");
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (String part : List.of(
                "lethe-ledger-1",
                "2",
                FIRST.hash(),
                "patients",
                "raise",
                SECOND.content(),
                "agreed",
                "ana",
                "2026-01-02T03:04:06Z",
                "0.000000000",
                "renyi-mixture-1")) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(new byte[] {0, 0, (byte) (bytes.length >> 8), (byte) bytes.length});
            digest.update(bytes);
        }
        assertThat(SECOND.hash()).isEqualTo(HexFormat.of().formatHex(digest.digest()));
    }

    /** Flipped, cut, doubled and shuffled text: refused by what it is, or the same ledger; never an entry that passes as another. */
    @Test
    void noMutilatedExportPassesAsAnother() {
        List<Entry> whole = List.of(FIRST, SECOND);
        String text = LedgerJson.write(whole).toString();
        Chain chain = new Chain(new RdpCosts());
        chain.replay(whole);
        PropertyTrials.check(3000, seed -> {
            String mutilated = mutilate(text, seed.stream());
            List<Entry> entries = new ArrayList<>();
            try {
                entries = LedgerJson.read(new StringReader(mutilated));
                chain.replay(entries);
            } catch (IllegalArgumentException | DamagedLedgerException e) {
                return;
            }
            assertThat(whole.subList(0, entries.size())).isEqualTo(entries);
        });
    }

    private static final String ODD = "0123456789abcdef{}[]\",:\\ \u0000\uD800e-.";

    private static String mutilate(String text, UniformRandomProvider random) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(4)) {
                case 0 -> changed.setCharAt(at, ODD.charAt(random.nextInt(ODD.length())));
                case 1 -> changed.delete(at, Math.min(changed.length(), at + 1 + random.nextInt(40)));
                case 2 ->
                    changed.insert(at, changed.substring(at, Math.min(changed.length(), at + random.nextInt(60))));
                default -> changed.setLength(at);
            }
            if (changed.length() == 0) {
                break;
            }
        }
        return changed.toString();
    }

    @Test
    void hostileExportsAreRefused() {
        String text = LedgerJson.write(List.of(FIRST)).toString();
        for (String hostile : List.of(
                "",
                "[]",
                "null",
                "[".repeat(100_000),
                "{\"format\":\"lethe-ledger-1\",\"entries\":{}}",
                text.replace("\"sequence\":1", "\"sequence\":1e999999999"),
                text.replace("\"sequence\":1", "\"sequence\":\"1\""),
                text.replace("0.000000000", "1e999999999"),
                text.replace("0.000000000", "0"),
                text.replace("0.000000000", "NaN"),
                text.replace(".000006Z", ".0000060Z"),
                text.replace("\"who\"", "\"dataset\""),
                text + " {}")) {
            assertThatThrownBy(() -> new Chain(new RdpCosts()).replay(LedgerJson.read(new StringReader(hostile))))
                    .as(hostile.substring(0, Math.min(80, hostile.length())))
                    .isInstanceOfAny(IllegalArgumentException.class, DamagedLedgerException.class);
        }
    }

    @Test
    void textThatTwoStoresWouldKeepInTwoWaysIsRefused() {
        for (String text : List.of("", "  ", "a\u0000b", "a\nb", "\uD800", "\uDC00x", "x".repeat(300))) {
            assertThatThrownBy(() -> Entry.checkedText("who", text, Entry.LONGEST_NAME))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("who");
        }
        assertThat(Entry.checkedText("who", "Zoë \uD83D\uDD12", Entry.LONGEST_NAME))
                .isNotEmpty();
    }
}
