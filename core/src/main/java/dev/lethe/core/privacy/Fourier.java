package dev.lethe.core.privacy;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The discrete Fourier transform of complex numbers whose count is a power of two. Spectra are kept in bit-reversed order, so that
 * nothing is ever sorted: {@link #opposite} finds the frequency of the other sign.
 */
final class Fourier {
    /**
     * Both transforms are off by at most this many units of rounding for every doubling of the count, in L2 norm relative to the
     * result (Higham, Accuracy and Stability of Numerical Algorithms, theorem 24.2, with room for powers of roots that are
     * multiplied and not tabulated).
     */
    static final double ROUNDING = 16 * 0x1p-53;

    private static final ConcurrentHashMap<Integer, Fourier> KNOWN = new ConcurrentHashMap<>();

    private final int size;
    private final double[][] cosines;
    private final double[][] sines;

    private Fourier(int size) {
        this.size = size;
        int stages = Integer.numberOfTrailingZeros(size) / 2;
        cosines = new double[stages][];
        sines = new double[stages][];
        for (int stage = 0, length = size; stage < stages; stage++, length /= 4) {
            int quarter = length / 4;
            cosines[stage] = new double[quarter];
            sines[stage] = new double[quarter];
            for (int j = 0; j < quarter; j++) {
                double angle = 2 * Math.PI * j / length;
                cosines[stage][j] = Math.cos(angle);
                sines[stage][j] = -Math.sin(angle);
            }
        }
    }

    /** The transform of so many numbers, a power of two. */
    static Fourier of(int size) {
        return KNOWN.computeIfAbsent(size, Fourier::new);
    }

    /** The place of the frequency with the other sign, in bit-reversed order. */
    static int opposite(int place) {
        return place == 0 ? 0 : place ^ (Integer.highestOneBit(place) - 1);
    }

    /** Numbers to spectrum, in place: sums with exp(-2 pi i j k / size). */
    void forward(double[] re, double[] im) {
        int length = size;
        for (int stage = 0; stage < cosines.length; stage++, length /= 4) {
            for (int start = 0; start < size; start += length) {
                forward(re, im, start, length / 4, cosines[stage], sines[stage]);
            }
        }
        if (length == 2) {
            pairs(re, im);
        }
    }

    /** Spectrum to numbers, in place, not divided by the size. */
    void inverse(double[] re, double[] im) {
        int length = size >> (2 * cosines.length);
        if (length == 2) {
            pairs(re, im);
        }
        for (int stage = cosines.length - 1; stage >= 0; stage--) {
            length *= 4;
            for (int start = 0; start < size; start += length) {
                inverse(re, im, start, length / 4, cosines[stage], sines[stage]);
            }
        }
    }

    private static void forward(double[] re, double[] im, int start, int quarter, double[] cosine, double[] sine) {
        for (int j = 0; j < quarter; j++) {
            int i0 = start + j;
            int i1 = i0 + quarter;
            int i2 = i1 + quarter;
            int i3 = i2 + quarter;
            double c = cosine[j];
            double s = sine[j];
            double c2 = c * c - s * s;
            double s2 = 2 * c * s;
            double c3 = c * c2 - s * s2;
            double s3 = c * s2 + s * c2;
            double evenRe = re[i0] + re[i2];
            double evenIm = im[i0] + im[i2];
            double diffRe = re[i0] - re[i2];
            double diffIm = im[i0] - im[i2];
            double oddRe = re[i1] + re[i3];
            double oddIm = im[i1] + im[i3];
            double turnRe = im[i1] - im[i3];
            double turnIm = re[i3] - re[i1];
            re[i0] = evenRe + oddRe;
            im[i0] = evenIm + oddIm;
            double aRe = evenRe - oddRe;
            double aIm = evenIm - oddIm;
            re[i1] = aRe * c2 - aIm * s2;
            im[i1] = aRe * s2 + aIm * c2;
            double bRe = diffRe + turnRe;
            double bIm = diffIm + turnIm;
            re[i2] = bRe * c - bIm * s;
            im[i2] = bRe * s + bIm * c;
            double dRe = diffRe - turnRe;
            double dIm = diffIm - turnIm;
            re[i3] = dRe * c3 - dIm * s3;
            im[i3] = dRe * s3 + dIm * c3;
        }
    }

    private static void inverse(double[] re, double[] im, int start, int quarter, double[] cosine, double[] sine) {
        for (int j = 0; j < quarter; j++) {
            int i0 = start + j;
            int i1 = i0 + quarter;
            int i2 = i1 + quarter;
            int i3 = i2 + quarter;
            double c = cosine[j];
            double s = -sine[j];
            double c2 = c * c - s * s;
            double s2 = 2 * c * s;
            double c3 = c * c2 - s * s2;
            double s3 = c * s2 + s * c2;
            double aRe = re[i1] * c2 - im[i1] * s2;
            double aIm = re[i1] * s2 + im[i1] * c2;
            double bRe = re[i2] * c - im[i2] * s;
            double bIm = re[i2] * s + im[i2] * c;
            double dRe = re[i3] * c3 - im[i3] * s3;
            double dIm = re[i3] * s3 + im[i3] * c3;
            double evenRe = re[i0] + aRe;
            double evenIm = im[i0] + aIm;
            double oddRe = re[i0] - aRe;
            double oddIm = im[i0] - aIm;
            double diffRe = bRe + dRe;
            double diffIm = bIm + dIm;
            double turnRe = dIm - bIm;
            double turnIm = bRe - dRe;
            re[i0] = evenRe + diffRe;
            im[i0] = evenIm + diffIm;
            re[i2] = evenRe - diffRe;
            im[i2] = evenIm - diffIm;
            re[i1] = oddRe + turnRe;
            im[i1] = oddIm + turnIm;
            re[i3] = oddRe - turnRe;
            im[i3] = oddIm - turnIm;
        }
    }

    private void pairs(double[] re, double[] im) {
        for (int i = 0; i < size; i += 2) {
            double aRe = re[i];
            double aIm = im[i];
            re[i] = aRe + re[i + 1];
            im[i] = aIm + im[i + 1];
            re[i + 1] = aRe - re[i + 1];
            im[i + 1] = aIm - im[i + 1];
        }
    }
}
