package dev.lethe.audit.membership;

import dev.lethe.audit.outputs.AnswerDecoder;
import dev.lethe.audit.outputs.BadAnswersException;
import dev.lethe.audit.outputs.Claims;
import dev.lethe.core.model.Logits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One model's answers on the records of one file, taken row by row: what attacks read off an answer is read at once, and the
 * answer itself is kept only where it is asked for and there is room.
 */
public final class Answered {
    /** Logits that are kept, at most: 240 MB. */
    private static final long MOST_KEPT = 60_000_000;

    private static final int BLOCK = 4096;

    private final AnswerDecoder decoder;
    private final float[] row;
    private final List<float[]> blocks = new ArrayList<>();
    private boolean kept;
    private double[] likelihood = new double[16];
    private double[] margin = new double[16];
    private double[] entropy = new double[16];
    private boolean[] right = new boolean[16];
    private int[] labels = new int[16];
    private long[] keys = new long[16];
    private int size;

    /** All logits of records that were joined, where they were kept. */
    private float[] joined = new float[0];

    /** @param keep whether the answers are kept, for attacks that learn from all of an answer */
    public Answered(AnswerDecoder decoder, boolean keep) {
        this.decoder = decoder;
        kept = keep && decoder.isWhole();
        row = new float[decoder.classes()];
    }

    /**
     * Takes the next record's answer.
     *
     * @param answer as the file has it; written over
     * @param label its class; 0 where none is known
     * @throws BadAnswersException if the answer is not what the first ones were
     */
    public void add(float[] answer, int label) {
        if (size == labels.length) {
            grow();
        }
        labels[size] = label;
        keys[size] = Claims.key(answer, label);
        if (decoder.classes() == 1) {
            double loss = decoder.loss(answer);
            likelihood[size] = -loss;
            // ln p - ln(1 - p), from the loss without cancellation; a loss of 0 was rounded to it.
            margin[size] = -loss - Math.log(-Math.expm1(-Math.max(loss, Float.MIN_VALUE)));
            right[size] = loss < Math.log(2);
        } else {
            decoder.decode(answer, row);
            Logits logits = new Logits(row, row.length);
            margin[size] = Signal.LOGIT_MARGIN.of(logits, 0, label);
            // One follows from the other: ln p = -ln(1 + exp(-margin)).
            likelihood[size] = -LogOnePlus.ofExp(-margin[size]);
            right[size] = logits.argMax(0) == label;
            if (decoder.isWhole()) {
                entropy[size] = Signal.NEGATIVE_LOG_MODIFIED_ENTROPY.of(logits, 0, label);
            }
            keep();
        }
        size++;
    }

    private void keep() {
        if (kept && (size + 1L) * row.length > MOST_KEPT) {
            kept = false;
            blocks.clear();
        }
        if (kept) {
            if (size % BLOCK == 0) {
                blocks.add(new float[BLOCK * row.length]);
            }
            System.arraycopy(row, 0, blocks.get(size / BLOCK), size % BLOCK * row.length, row.length);
        }
    }

    private void grow() {
        int length = (int) Math.min(Integer.MAX_VALUE - 8L, 2L * size);
        if (length == size) {
            throw new BadAnswersException("more than " + size + " records; take fewer");
        }
        likelihood = Arrays.copyOf(likelihood, length);
        margin = Arrays.copyOf(margin, length);
        entropy = decoder.isWhole() ? Arrays.copyOf(entropy, length) : entropy;
        right = Arrays.copyOf(right, length);
        labels = Arrays.copyOf(labels, length);
        keys = Arrays.copyOf(keys, length);
    }

    /** How many records. */
    public int size() {
        return size;
    }

    /** The class of a record. */
    public int label(int record) {
        return labels[record];
    }

    AnswerDecoder decoder() {
        return decoder;
    }

    /** Whether all answers are there in full. */
    boolean isKept() {
        return kept;
    }

    long[] keys() {
        return Arrays.copyOf(keys, size);
    }

    /** The same model's answers on two files, one behind the other; the two are used up. */
    static Answered joined(Answered first, Answered second, boolean[] withoutOfSecond) {
        Answered all = new Answered(first.decoder, false);
        int[] rows = java.util.stream.IntStream.range(0, second.size)
                .filter(i -> withoutOfSecond.length == 0 || !withoutOfSecond[i])
                .toArray();
        int size = first.size + rows.length;
        boolean whole = first.decoder.isWhole();
        all.likelihood = Arrays.copyOf(first.likelihood, size);
        all.margin = Arrays.copyOf(first.margin, size);
        all.entropy = whole ? Arrays.copyOf(first.entropy, size) : first.entropy;
        all.right = Arrays.copyOf(first.right, size);
        all.labels = Arrays.copyOf(first.labels, size);
        for (int i = 0; i < rows.length; i++) {
            all.likelihood[first.size + i] = second.likelihood[rows[i]];
            all.margin[first.size + i] = second.margin[rows[i]];
            if (whole) {
                all.entropy[first.size + i] = second.entropy[rows[i]];
            }
            all.right[first.size + i] = second.right[rows[i]];
            all.labels[first.size + i] = second.labels[rows[i]];
        }
        all.keys = new long[0];
        all.size = size;
        all.kept = first.kept && second.kept && (long) size * all.row.length <= 2 * MOST_KEPT;
        if (all.kept) {
            int width = all.row.length;
            float[] values = new float[size * width];
            for (int i = 0; i < first.size; i++) {
                System.arraycopy(first.blocks.get(i / BLOCK), i % BLOCK * width, values, i * width, width);
            }
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(
                        second.blocks.get(rows[i] / BLOCK),
                        rows[i] % BLOCK * width,
                        values,
                        (first.size + i) * width,
                        width);
            }
            all.joined = values;
        }
        first.release();
        second.release();
        return all;
    }

    /** Lets go of all but the labels, which the shadows' answers are read by. */
    private void release() {
        blocks.clear();
        likelihood = new double[0];
        margin = new double[0];
        entropy = new double[0];
        right = new boolean[0];
        keys = new long[0];
    }

    /** All answers, where they were kept; of records that were joined. */
    float[] logits() {
        return joined;
    }

    int[] labels() {
        return labels;
    }

    boolean[] right() {
        return right;
    }

    double[] likelihood() {
        return likelihood;
    }

    double[] margin() {
        return margin;
    }

    double[] entropy() {
        return entropy;
    }
}
