package dev.lethe.audit;

import java.util.List;

/**
 * What an attack is, for people: the command line, the help, the report and the docs table are made from it.
 *
 * @param id short and stable, in lower case with hyphens, for example {@code lira-offline}
 * @param name in the field's standard terms
 * @param summary one sentence: what it does
 * @param paper authors, title, venue, year
 * @param assumptions what the attacker must have or know, one item each
 */
public record Card(String id, String name, String summary, String paper, List<String> assumptions) {
    public Card {
        if (!id.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
            throw new IllegalArgumentException("id '" + id + "' must be lower-case words joined by hyphens");
        }
        assumptions = List.copyOf(assumptions);
    }
}
