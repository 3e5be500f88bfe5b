using System.Security.Cryptography;
using System.Text;
using Sparseland.Errors;

namespace Sparseland.Language.Tuning;

/// <summary>
/// What fine-tuning changed, apart from the model: small enough to keep one for every task. It can be fused into the model it was made for and taken out again,
/// exchanged for another, combined with others, or applied to single rows of a batch (<see cref="AdapterBatch"/>).
/// </summary>
public sealed partial class Adapter
{
    /// <summary>Makes an adapter.</summary>
    /// <param name="method">How it was trained: "s2ft", "lora".</param>
    /// <param name="baseHash">The hash of the model it belongs to (<see cref="ModelHash"/>).</param>
    /// <param name="parts">What it changes; of one matrix at most one part of a kind.</param>
    public Adapter(string method, string baseHash, IReadOnlyList<AdapterPart> parts)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(baseHash);
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.DistinctBy(part => (part.Name, part.Kind)).Count() != parts.Count)
            throw new ArgumentException("two parts of one kind for one matrix", nameof(parts));
        Method = method;
        BaseHash = baseHash;
        Parts = [.. parts.OrderBy(part => part.Name, StringComparer.Ordinal).ThenBy(part => part.Kind, StringComparer.Ordinal)];
    }

    /// <summary>How it was trained.</summary>
    public string Method { get; }

    /// <summary>The hash of the model it belongs to.</summary>
    public string BaseHash { get; }

    /// <summary>What it changes, by name.</summary>
    public IReadOnlyList<AdapterPart> Parts { get; }

    /// <summary>How many numbers it holds.</summary>
    public long ParameterCount => Parts.Sum(part => part.ParameterCount);

    /// <summary>A digest of what it changes and for which model; equal adapters have equal ones.</summary>
    public string Hash
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Encoding.UTF8.GetBytes(BaseHash));
            foreach (var part in Parts)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{part.Name} {part.Kind} {part.Shape}\n"));
                AppendNumbers(hash, part);
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>Where two adapters change the same entries, or null.</summary>
    /// <param name="first">One.</param>
    /// <param name="second">The other.</param>
    public static AdapterOverlap? FindOverlap(Adapter first, Adapter second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        foreach (var part in first.Parts)
            foreach (var other in second.Parts.Where(other => other.Name == part.Name))
                if (part.Overlap(other) is { } indices)
                    return new AdapterOverlap(part.Name, part.Kind, indices);
        return null;
    }

    /// <summary>One adapter that does what all do: where they change the same entries, the changes add up.</summary>
    /// <param name="adapters">At least one, all for one model.</param>
    /// <param name="exclusive">Refuses adapters that change the same entries.</param>
    /// <exception cref="MismatchException">They belong to different models, or meet although they must not.</exception>
    public static Adapter Combine(IReadOnlyList<Adapter> adapters, bool exclusive = false)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentOutOfRangeException.ThrowIfZero(adapters.Count);
        var parts = new Dictionary<(string, string), AdapterPart>();
        for (var i = 0; i < adapters.Count; i++)
        {
            if (adapters[i].BaseHash != adapters[0].BaseHash)
                throw new MismatchException($"adapter {i + 1} was made for the model {Short(adapters[i].BaseHash)}, the first for {Short(adapters[0].BaseHash)}: only adapters of one model can be combined");
            for (var j = 0; exclusive && j < i; j++)
                if (FindOverlap(adapters[j], adapters[i]) is { } overlap)
                    throw new MismatchException($"adapters {j + 1} and {i + 1} both change {overlap}: leave --exclusive out to add them up");
            foreach (var part in adapters[i].Parts)
                parts[(part.Name, part.Kind)] = parts.TryGetValue((part.Name, part.Kind), out var known) ? known.Combine(part) : part;
        }
        var methods = adapters.Select(adapter => adapter.Method).Distinct().ToArray();
        return new Adapter(string.Join("+", methods), adapters[0].BaseHash, [.. parts.Values]);
    }

    internal static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;

    private static void AppendNumbers(IncrementalHash hash, AdapterPart part)
    {
        var tensors = part is SlicePart slice ? new[] { slice.Delta } : part is LowRankPart low ? [low.Down, low.Up] : [];
        if (part is SlicePart { Indices: { } indices })
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>((int[])[.. indices]));
        foreach (var tensor in tensors)
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(tensor.Span));
    }
}

/// <summary>Entries that two adapters change.</summary>
/// <param name="Name">The matrix.</param>
/// <param name="Kind">Rows, columns, or low rank for all of it.</param>
/// <param name="Indices">Which rows or columns.</param>
public sealed record AdapterOverlap(string Name, string Kind, IReadOnlyList<int> Indices)
{
    private const int Listed = 16;

    /// <summary>The place with its indices, the first sixteen of many.</summary>
    public override string ToString() => Kind == "low rank" ? $"{Name} (low rank: all of it)"
        : $"{Name} ({Kind} {string.Join(", ", Indices.Take(Listed))}{(Indices.Count > Listed ? $" and {Indices.Count - Listed} more" : "")})";
}
