package dev.lethe.intake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers for texts that recur, such as class names, in order of first appearance. */
final class TextCodes {
    private final Map<String, Integer> codeOf = new HashMap<>();
    private final List<String> texts = new ArrayList<>();
    private final int most;

    /** @param most different texts that are taken */
    TextCodes(int most) {
        this.most = most;
    }

    /** The number of a text; -1 if it is empty, -2 if it is a new one and there are too many. */
    int code(String text) {
        Integer known = codeOf.get(text);
        if (known != null) {
            return known;
        }
        String one = canonical(text);
        if (one.isEmpty()) {
            return -1;
        }
        int code = codeOf.getOrDefault(one, texts.size());
        if (code == texts.size()) {
            if (code == most) {
                return -2;
            }
            texts.add(one);
            codeOf.put(one, code);
        }
        // Spellings of one number could be endless.
        if (codeOf.size() < 4 * most) {
            codeOf.put(text, code);
        }
        return code;
    }

    List<String> texts() {
        return texts;
    }

    /** Without white space around it; a class that was stored as 3.0 is 3. */
    private static String canonical(String text) {
        String one = text.strip();
        return one.matches("[+-]?\\d{1,18}\\.0*") ? Long.toString(Long.parseLong(one.replaceFirst("\\..*", ""))) : one;
    }
}
