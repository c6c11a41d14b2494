package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Copies between Java arrays and tensors. */
final class Tensors {
    private Tensors() {}

    /** An uninitialised float tensor. */
    static Tensor floats(long... shape) {
        return torch.empty(shape, new TensorOptions(torch.ScalarType.Float), null);
    }

    /** An uninitialised tensor of 64-bit integers. */
    static Tensor longs(long... shape) {
        return torch.empty(shape, new TensorOptions(torch.ScalarType.Long), null);
    }

    /** A tensor of 64-bit integers. */
    static Tensor of(int[] values) {
        long[] wide = new long[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        Tensor tensor = longs(wide.length);
        tensor.data_ptr_long().put(wide);
        return tensor;
    }

    static Tensor of(float[] values, long... shape) {
        Tensor tensor = floats(shape);
        data(tensor).put(values);
        return tensor;
    }

    /** Some rows of {@code data}, as a batch. */
    static Tensor rows(Examples data, int from, int size) {
        Tensor batch = floats(batchShape(data, size));
        data(batch).put(data.features(), from * data.width(), size * data.width());
        return batch;
    }

    /** The shape of a batch of so many examples. */
    static long[] batchShape(Examples data, int size) {
        long[] shape = new long[data.shape().length + 1];
        shape[0] = size;
        for (int i = 1; i < shape.length; i++) {
            shape[i] = data.shape()[i - 1];
        }
        return shape;
    }

    /** The memory of a contiguous float tensor; valid as long as the tensor is. */
    static FloatPointer data(Tensor tensor) {
        return tensor.data_ptr_float();
    }

    static float[] toArray(Tensor tensor) {
        Tensor contiguous = tensor.contiguous();
        float[] values = new float[Math.toIntExact(contiguous.numel())];
        data(contiguous).get(values);
        return values;
    }
}
