using System.Numerics;
using Sparseland.Tensors;

namespace Sparseland.Autograd;

/// <summary>Buffers that are used again step after step, kept in bins of sizes a quarter of an octave apart.</summary>
internal sealed class Arena<T> where T : unmanaged
{
    private readonly Dictionary<long, Stack<TensorStorage<T>>> _free = [];
    private readonly Dictionary<TensorStorage<T>, bool> _rented = [];

    public long Bytes { get; private set; }

    public unsafe Tensor<T> Rent(Shape shape)
    {
        var storage = TakeFree(shape.Length);
        if (storage is null)
        {
            storage = new TensorStorage<T>(Capacity(shape.Length), zeroed: false);
            Bytes += storage.Length * sizeof(T);
        }
        _rented[storage] = true;
        return new Tensor<T>(storage, 0, shape);
    }

    // A larger buffer serves too, up to twice the size: steps of changing length then share their buffers instead of keeping a set for each length.
    private TensorStorage<T>? TakeFree(long length)
    {
        var capacity = Capacity(length);
        for (var most = 2 * capacity; capacity <= most; capacity = Capacity(capacity + 1))
            if (_free.TryGetValue(capacity, out var bin) && bin.Count > 0)
                return bin.Pop();
        return null;
    }

    public void Release(TensorStorage<T> storage)
    {
        if (_rented.TryGetValue(storage, out var rented) && rented)
        {
            _rented[storage] = false;
            Recycle(storage);
        }
    }

    public void ReleaseAll()
    {
        foreach (var (storage, rented) in _rented)
            if (rented)
                Recycle(storage);
        _rented.Clear();
    }

    private void Recycle(TensorStorage<T> storage)
    {
        storage.Lease++;
#if DEBUG
        storage.Slice(0, (int)storage.Length).Fill(Unreadable);
#endif
        if (!_free.TryGetValue(storage.Length, out var bin))
            _free[storage.Length] = bin = new Stack<TensorStorage<T>>();
        bin.Push(storage);
    }

#if DEBUG
    // NaN in a recycled buffer makes a use after the end of a step visible.
    private static T Unreadable => typeof(T) == typeof(float) ? (T)(object)float.NaN : typeof(T) == typeof(double) ? (T)(object)double.NaN : default;
#endif

    private static long Capacity(long length)
    {
        if (length <= 64)
            return 64;
        var step = 1L << Math.Max(4, 61 - BitOperations.LeadingZeroCount((ulong)length));
        return (length + step - 1) / step * step;
    }
}
