using System.Runtime.InteropServices;

namespace Sparseland.Tensors;

/// <summary>
/// Working memory of the kernels on one thread: a few native buffers that grow to what was needed most and stay, so that a call allocates nothing.
/// A buffer's content is lost at the next request for the same slot; they end with their thread.
/// </summary>
internal sealed unsafe class Scratch
{
    [ThreadStatic] private static Scratch? t_current;

    private readonly nint[] _buffers = new nint[SlotCount];
    private readonly nuint[] _sizes = new nuint[SlotCount];

    private const int SlotCount = 6;

    /// <summary>The right operand of a product in panels; belongs to the thread that called the product.</summary>
    public const int PackedRight = 0;

    /// <summary>Rows of the left operand; belongs to whichever thread works on them.</summary>
    public const int PackedLeft = 1;

    /// <summary>Rows of weights widened to float32 for a batch product; belongs to the thread that called it.</summary>
    public const int Widened = 2;

    /// <summary>An input vector in the form a kernel wants; belongs to the thread that called the product.</summary>
    public const int Input = 3;

    /// <summary>What matching pursuit knows of one signal; belongs to whichever thread works on it.</summary>
    public const int Pursuit = 4;

    /// <summary>What comes out of the first factor of a matrix that is a product of two; belongs to the thread that called the product.</summary>
    public const int BetweenFactors = 5;

    ~Scratch()
    {
        foreach (var buffer in _buffers)
            NativeMemory.AlignedFree((void*)buffer);
    }

    /// <summary>Memory of this thread, aligned to a cache line, not cleared.</summary>
    /// <param name="slot">Which buffer.</param>
    /// <param name="count">How many elements are needed.</param>
    public static T* Get<T>(int slot, long count) where T : unmanaged
    {
        var scratch = t_current ??= new Scratch();
        var bytes = checked((nuint)count * (nuint)sizeof(T));
        if (scratch._sizes[slot] < bytes)
        {
            NativeMemory.AlignedFree((void*)scratch._buffers[slot]);
            scratch._buffers[slot] = 0;
            scratch._sizes[slot] = 0;
            var size = (bytes + (bytes >> 2) + 4095) & ~(nuint)4095;
            scratch._buffers[slot] = (nint)NativeMemory.AlignedAlloc(size, 4096);
            scratch._sizes[slot] = size;
        }
        return (T*)scratch._buffers[slot];
    }
}
