package dev.lethe.audit.outputs;

import dev.lethe.core.model.Logits;

/** What happens to answers between a network and a file, done as the usual tools do it, in single precision. */
final class Transform {
    private Transform() {}

    static float[] softmax(Logits logits, double temperature) {
        int width = logits.classes();
        float[] into = new float[logits.values().length];
        for (int row = 0; row < logits.size(); row++) {
            float max = logits.at(row, logits.argMax(row));
            double sum = 0;
            for (int k = 0; k < width; k++) {
                sum += Math.exp((logits.at(row, k) - max) / temperature);
            }
            for (int k = 0; k < width; k++) {
                into[row * width + k] = (float) (Math.exp((logits.at(row, k) - max) / temperature) / sum);
            }
        }
        return into;
    }

    static float[] softmax(Logits logits) {
        return softmax(logits, 1);
    }

    static float[] logSoftmax(Logits logits) {
        int width = logits.classes();
        float[] into = new float[logits.values().length];
        for (int row = 0; row < logits.size(); row++) {
            for (int k = 0; k < width; k++) {
                into[row * width + k] = (float) -logits.lossNats(row, k);
            }
        }
        return into;
    }

    static float[] round(float[] values, double steps) {
        float[] into = new float[values.length];
        for (int i = 0; i < into.length; i++) {
            into[i] = (float) (Math.rint(values[i] * steps) / steps);
        }
        return into;
    }

    static float[] clip(float[] values, float low, float high) {
        float[] into = new float[values.length];
        for (int i = 0; i < into.length; i++) {
            into[i] = Math.min(high, Math.max(low, values[i]));
        }
        return into;
    }

    static float[] times(float[] values, float factor) {
        float[] into = new float[values.length];
        for (int i = 0; i < into.length; i++) {
            into[i] = values[i] * factor;
        }
        return into;
    }

    /** Each row divided by its sum. */
    static float[] normalise(float[] values, int width) {
        float[] into = new float[values.length];
        for (int start = 0; start < values.length; start += width) {
            double sum = 0;
            for (int k = 0; k < width; k++) {
                sum += values[start + k];
            }
            for (int k = 0; k < width; k++) {
                into[start + k] = (float) (values[start + k] / sum);
            }
        }
        return into;
    }

    /** The k largest entries of each row, and {@code blank} elsewhere. */
    static float[] top(float[] values, int width, int kept, float blank) {
        float[] into = values.clone();
        for (int start = 0; start < values.length; start += width) {
            float[] row = java.util.Arrays.copyOfRange(values, start, start + width);
            java.util.Arrays.sort(row);
            float least = row[width - kept];
            for (int k = 0; k < width; k++) {
                if (into[start + k] < least) {
                    into[start + k] = blank;
                }
            }
        }
        return into;
    }

    /** 1 for the largest entry, 0 for the others. */
    static float[] oneHot(Logits logits) {
        float[] into = new float[logits.values().length];
        for (int row = 0; row < logits.size(); row++) {
            into[row * logits.classes() + logits.argMax(row)] = 1;
        }
        return into;
    }

    static float[] column(float[] values, int width, int column) {
        float[] into = new float[values.length / width];
        for (int row = 0; row < into.length; row++) {
            into[row] = values[row * width + column];
        }
        return into;
    }

    /** The value nearest to zero-padded bits: 16 fewer for bfloat16, by rounding to even. */
    static float[] bfloat16(float[] values) {
        float[] into = new float[values.length];
        for (int i = 0; i < into.length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            into[i] = Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
        }
        return into;
    }

    /** Float16 of values in [0, 1]: eleven significant bits, and multiples of 2^-24. */
    static float[] float16(float[] values) {
        float[] into = new float[values.length];
        for (int i = 0; i < into.length; i++) {
            int exponent = Math.max(-14, Math.getExponent(values[i]));
            double spacing = Math.scalb(1.0, exponent - 10);
            into[i] = (float) (Math.rint(values[i] / spacing) * spacing);
        }
        return into;
    }
}
