package dev.lethe.audit.memorization;

import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.random.Seed;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * All fillings of a format as a model's tokens: a tree, of which equal parts are kept once. A node has an edge for each token that may
 * come next; fixed text is a chain, and Luhn's check digit is the one edge that the digits before it leave. What stands before the first
 * hole is the same for all and belongs to the {@link #context}.
 */
final class SecretTree {
    private final CanaryFormat format;
    private final Vocabulary vocabulary;
    private final int[] context;
    private final List<int[]> tokens = new ArrayList<>();
    private final List<int[]> targets = new ArrayList<>();
    private final int root;
    private final int end;
    private final BigInteger[] leaves;

    /**
     * @throws IllegalArgumentException if the vocabulary cannot write the format, or cuts its texts across the edges of holes
     */
    SecretTree(CanaryFormat format, Vocabulary vocabulary) {
        this.format = format;
        this.vocabulary = vocabulary;
        List<CanaryFormat.Part> parts = format.parts();
        int first = parts.get(0) instanceof CanaryFormat.Part.Fixed ? 1 : 0;
        context = first == 0 ? new int[0] : encode(((CanaryFormat.Part.Fixed) parts.get(0)).text());
        end = node();
        root = new Builder(parts).build(first, 0);
        leaves = new BigInteger[tokens.size()];
        requireWhole();
    }

    private int[] encode(String text) {
        try {
            return vocabulary.encode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the model cannot write the format " + format + ": " + e.getMessage()
                            + "; take characters that its text has",
                    e);
        }
    }

    private int node() {
        tokens.add(new int[0]);
        targets.add(new int[0]);
        return tokens.size() - 1;
    }

    /** Makes nodes from the end on, equal ones once. */
    private final class Builder {
        private final List<CanaryFormat.Part> parts;
        private final Map<List<Integer>, Integer> made = new HashMap<>();
        /** How many choices stand between each part and the check digit that weighs it, or -1. */
        private final int[] beforeCheck;

        Builder(List<CanaryFormat.Part> parts) {
            this.parts = parts;
            beforeCheck = new int[parts.size()];
            Arrays.fill(beforeCheck, -1);
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i) instanceof CanaryFormat.Part.CheckDigit check) {
                    for (int k = 0; k < check.digits(); k++) {
                        beforeCheck[i - 1 - k] = k;
                    }
                }
            }
        }

        /** @param sum Luhn's of the digits since the last check, modulo 10 */
        int build(int part, int sum) {
            if (part == parts.size()) {
                return end;
            }
            List<Integer> key = List.of(part, sum);
            Integer known = made.get(key);
            if (known != null) {
                return known;
            }
            Map<Integer, Object> trie = new TreeMap<>();
            if (parts.get(part) instanceof CanaryFormat.Part.Fixed fixed) {
                int[] path = encode(fixed.text());
                if (path.length == 0) {
                    // White space between words is no token.
                    return build(part + 1, sum);
                }
                put(trie, path, build(part + 1, sum));
            } else if (parts.get(part) instanceof CanaryFormat.Part.Choice choice) {
                for (int i = 0; i < choice.symbols().size(); i++) {
                    int weighed = beforeCheck[part] < 0
                            ? 0
                            : (sum + CanaryFormat.weighed(i, beforeCheck[part] % 2 == 0)) % 10;
                    put(trie, encode(choice.symbols().get(i)), build(part + 1, weighed));
                }
            } else {
                put(trie, encode(Integer.toString((10 - sum) % 10)), build(part + 1, 0));
            }
            int node = nodes(trie);
            made.put(key, node);
            return node;
        }

        @SuppressWarnings("unchecked")
        private void put(Map<Integer, Object> trie, int[] path, int target) {
            Map<Integer, Object> at = trie;
            for (int i = 0; i < path.length - 1; i++) {
                at = (Map<Integer, Object>) at.computeIfAbsent(path[i], token -> new TreeMap<Integer, Object>());
            }
            if (path.length == 0 || at.put(path[path.length - 1], target) != null) {
                throw new IllegalArgumentException("the model's tokens do not tell the symbols of the format " + format
                        + " apart: two of them are the same token, such as one for unknown words");
            }
        }

        @SuppressWarnings("unchecked")
        private int nodes(Map<Integer, Object> trie) {
            int[] edges = new int[trie.size()];
            int[] to = new int[trie.size()];
            int next = 0;
            for (Map.Entry<Integer, Object> edge : trie.entrySet()) {
                edges[next] = edge.getKey();
                to[next++] = edge.getValue() instanceof Integer target
                        ? target
                        : nodes((Map<Integer, Object>) edge.getValue());
            }
            int node = node();
            tokens.set(node, edges);
            targets.set(node, to);
            return node;
        }
    }

    /** Whether the model cuts whole canaries as their parts: words that touch a hole would be cut otherwise. */
    private void requireWhole() {
        UniformRandomProvider random = Seed.of(1).fork("whole texts").stream();
        for (int i = 0; i < 32; i++) {
            int[] whole = encode(format.text(format.draw(random)));
            int at = root;
            boolean same =
                    whole.length > context.length && Arrays.equals(Arrays.copyOf(whole, context.length), context);
            for (int k = context.length; same && k < whole.length; k++) {
                int edge = Arrays.binarySearch(tokens.get(at), whole[k]);
                same = edge >= 0;
                at = same ? targets.get(at)[edge] : at;
            }
            if (!same || at != end) {
                throw new IllegalArgumentException("the model cuts texts of the format " + format
                        + " across the edges of its holes; where tokens are words, set white space around each hole and"
                        + " take {words:5} or {choice:one|two}");
            }
        }
    }

    CanaryFormat format() {
        return format;
    }

    /** Tokens before the first hole. */
    int[] context() {
        return context;
    }

    int root() {
        return root;
    }

    boolean isEnd(int node) {
        return node == end;
    }

    /** Tokens that may follow a node, ascending. Not to be written. */
    int[] tokens(int node) {
        return tokens.get(node);
    }

    /** The nodes they lead to. Not to be written. */
    int[] targets(int node) {
        return targets.get(node);
    }

    /** How many fillings lie below a node. */
    BigInteger leaves(int node) {
        BigInteger known = leaves[node];
        if (known == null) {
            known = node == end ? BigInteger.ONE : BigInteger.ZERO;
            for (int target : targets.get(node)) {
                known = known.add(leaves(target));
            }
            leaves[node] = known;
        }
        return known;
    }

    /** The tokens of a filling behind the context. */
    int[] path(int[] filling) {
        int[] whole = encode(format.text(filling));
        return Arrays.copyOfRange(whole, context.length, whole.length);
    }

    /** The text of a path. */
    String text(int[] path) {
        int[] whole = Arrays.copyOf(context, context.length + path.length);
        System.arraycopy(path, 0, whole, context.length, path.length);
        return vocabulary.decode(whole);
    }
}
