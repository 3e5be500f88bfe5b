using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparseland.Trees.Voxels;

/// <summary>8 x 8 x 8 voxels: which are active, and the values of all. One object, so that a read touches one place in memory (VDB's leaf node: Museth, "VDB: High-resolution sparse volumes with dynamic topology", 2013).</summary>
internal sealed class Brick<T> where T : unmanaged
{
    public const int Log2Side = 3;
    public const int Side = 1 << Log2Side;
    public const int Voxels = Side * Side * Side;

    public BrickMask Active;
    private BrickValues _values;

    public Brick(T value, bool active)
    {
        Values.Fill(value);
        if (active)
            Active = BrickMask.All;
    }

    public Span<T> Values => _values;

    /// <summary>A value; the offset, 64 z + 8 y + x within the brick, must be below 512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Value(int offset) => ref Unsafe.Add(ref Unsafe.As<BrickValues, T>(ref _values), offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Offset(int x, int y, int z) => ((z & 7) << 6) | ((y & 7) << 3) | (x & 7);

    /// <summary>Gives the voxels of a mask a value and makes them inactive.</summary>
    public void Drop(in BrickMask mask, T value)
    {
        for (var word = 0; word < BrickMask.Words; word++)
        {
            Active[word] &= ~mask[word];
            for (var bits = mask[word]; bits != 0; bits &= bits - 1)
                Value(64 * word + BitOperations.TrailingZeroCount(bits)) = value;
        }
    }

    [InlineArray(Voxels)]
    private struct BrickValues
    {
        private T _first;
    }
}
