using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>The element of a raw part, as files name it.</summary>
public enum PartType
{
    /// <summary>Unsigned bytes.</summary>
    UInt8,

    /// <summary>Signed bytes.</summary>
    Int8,

    /// <summary>Unsigned 16-bit numbers.</summary>
    UInt16,

    /// <summary>Signed 32-bit numbers.</summary>
    Int32,

    /// <summary>Unsigned 32-bit numbers.</summary>
    UInt32,

    /// <summary>Unsigned 64-bit numbers.</summary>
    UInt64,

    /// <summary>IEEE half precision.</summary>
    Float16,

    /// <summary>The upper half of a float32.</summary>
    BFloat16,

    /// <summary>IEEE single precision.</summary>
    Float32,
}

/// <summary>
/// One named raw vector of a layout: what a file stores and what a layout is rebuilt from. Little-endian. The bytes may lie in a mapped file.
/// </summary>
public sealed unsafe class LayoutPart
{
    /// <summary>Wraps bytes that exist.</summary>
    /// <param name="name">What the part is called inside its layout ("values", "bitmap").</param>
    /// <param name="type">The element.</param>
    /// <param name="bytes">The memory; a whole number of elements.</param>
    /// <exception cref="ArgumentException">The bytes are not a whole number of elements.</exception>
    public LayoutPart(string name, PartType type, TensorStorage<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (bytes.Length % SizeOf(type) != 0)
            throw new ArgumentException($"the part '{name}' has {bytes.Length} bytes, which is not a whole number of {type}");
        Name = name;
        Type = type;
        Bytes = bytes;
        Count = bytes.Length / SizeOf(type);
    }

    /// <summary>What the part is called inside its layout: the suffix of its tensor's name in a file.</summary>
    public string Name { get; }

    /// <summary>The element.</summary>
    public PartType Type { get; }

    /// <summary>How many elements; the shape in a file is [count].</summary>
    public long Count { get; }

    /// <summary>The memory.</summary>
    public TensorStorage<byte> Bytes { get; }

    /// <summary>Whether the bytes are another matrix's too, which counts them: a dictionary that several matrices share.</summary>
    public bool IsShared { get; init; }

    /// <summary>The first byte. Keep the part alive while it is used.</summary>
    public byte* Pointer => Bytes.Pointer;

    /// <summary>Allocates a part of zeros, aligned to a cache line.</summary>
    public static LayoutPart Allocate(string name, PartType type, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var bytes = checked(count * SizeOf(type));
        // Words rather than bytes behind it: an array is limited by its number of elements.
        var words = new TensorStorage<ulong>((bytes + 7) / 8);
        return new LayoutPart(name, type, new TensorStorage<byte>((byte*)words.Pointer, bytes, words));
    }

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(PartType type) => type switch
    {
        PartType.UInt8 or PartType.Int8 => 1,
        PartType.UInt16 or PartType.Float16 or PartType.BFloat16 => 2,
        PartType.Int32 or PartType.UInt32 or PartType.Float32 => 4,
        PartType.UInt64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Name, element and count.</summary>
    public override string ToString() => $"{Name} {Type}[{Count}]";
}
