using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>
/// Refuses weights that are NaN or infinite, by their bits (an exponent of all ones), so that nothing is converted for it.
/// Of the quantised types only the blocks' float16 scales can be either.
/// </summary>
internal static unsafe class FiniteCheck
{
    /// <summary>Checks a tensor's stored bytes.</summary>
    /// <param name="path">The file, for the message.</param>
    /// <param name="name">The tensor, for the message.</param>
    /// <param name="element">How it is stored.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="columns">Elements of a row, for the place in the message.</param>
    /// <exception cref="InvalidFileException">A weight is NaN or infinite; the message has their number and the first one's place.</exception>
    public static void Require(string path, string name, ElementType element, TensorStorage<byte> bytes, int columns)
    {
        var (count, first) = element switch
        {
            ElementType.Float64 => Scan(bytes, 0x7FF0_0000_0000_0000UL),
            ElementType.Float32 => Scan(bytes, 0x7F80_0000u),
            ElementType.Float16 => Scan(bytes, (ushort)0x7C00),
            ElementType.BFloat16 => Scan(bytes, (ushort)0x7F80),
            ElementType.Q8_0 => ScanScales(bytes, 34, 32, 0, -1),
            ElementType.Q4_0 => ScanScales(bytes, 18, 32, 0, -1),
            ElementType.Q4_K => ScanScales(bytes, 144, 256, 0, 2),
            ElementType.Q6_K => ScanScales(bytes, 210, 256, 208, -1),
            _ => (0, 0),
        };
        if (count == 0)
            return;
        var width = Math.Max(1, columns);
        throw new InvalidFileException(path, PrintableName.Of(name), $"{count} {(ElementConversion.IsPlain(element) ? "weights" : "blocks of weights")} are NaN or infinite, the first at row {first / width}, column {first % width}", "the model is damaged, or its training diverged: use another copy");
    }

    private static (long Count, long First) Scan<T>(TensorStorage<byte> bytes, T exponent) where T : unmanaged, IBinaryInteger<T>
    {
        var elements = (T*)bytes.Pointer;
        var length = bytes.Length / sizeof(T);
        var start = 0L;
        if (Vector256.IsHardwareAccelerated)
        {
            var mask = Vector256.Create(exponent);
            while (start + Vector256<T>.Count <= length && !Vector256.EqualsAny(Vector256.Load(elements + start) & mask, mask))
                start += Vector256<T>.Count;
        }
        var (count, first) = (0L, -1L);
        for (var i = start; i < length; i++)
        {
            if ((elements[i] & exponent) != exponent)
                continue;
            first = count++ == 0 ? i : first;
        }
        GC.KeepAlive(bytes);
        return (count, first);
    }

    private static (long Count, long First) ScanScales(TensorStorage<byte> bytes, int blockBytes, int blockElements, int scaleOffset, int otherOffset)
    {
        var (count, first) = (0L, -1L);
        for (var block = 0L; block < bytes.Length / blockBytes; block++)
        {
            var start = bytes.Pointer + block * blockBytes;
            if (IsFinite(start + scaleOffset) && (otherOffset < 0 || IsFinite(start + otherOffset)))
                continue;
            first = count++ == 0 ? block * blockElements : first;
        }
        GC.KeepAlive(bytes);
        return (count, first);
    }

    private static bool IsFinite(byte* half) => (*(ushort*)half & 0x7C00) != 0x7C00;
}
