namespace Sparseland.Trees.Voxels;

/// <summary>A brick as bytes: the mask of its active voxels, then its values.</summary>
internal readonly unsafe struct BrickRecord<T>(byte* start) where T : unmanaged
{
    public static int Bytes => sizeof(BrickMask) + Brick<T>.Voxels * sizeof(T);

    public ReadOnlySpan<byte> All => new(start, Bytes);

    public ref BrickMask Active => ref *(BrickMask*)start;

    public Span<T> Values => new(start + sizeof(BrickMask), Brick<T>.Voxels);

    public void Clear(T background)
    {
        Active = default;
        Values.Fill(background);
    }

    public void Set(int offset, T value)
    {
        ((T*)(start + sizeof(BrickMask)))[offset] = value;
        Active.Set(offset);
    }

    /// <summary>Puts another brick's active voxels over this one's.</summary>
    public void Cover(BrickRecord<T> later)
    {
        for (var offset = 0; offset < Brick<T>.Voxels; offset++)
        {
            if (later.Active.Has(offset))
                Set(offset, later.Values[offset]);
        }
    }
}
