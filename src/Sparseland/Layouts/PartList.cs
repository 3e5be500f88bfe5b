namespace Sparseland.Layouts;

/// <summary>Looks parts up by name and says in one line what does not fit.</summary>
/// <param name="layout">The layout's name, for messages.</param>
/// <param name="parts">What was found.</param>
internal readonly struct PartList(string layout, IReadOnlyList<LayoutPart> parts)
{
    /// <summary>The part of a name, of one of the allowed elements.</summary>
    /// <exception cref="ArgumentException">It is missing or of another element.</exception>
    public LayoutPart Find(string name, params ReadOnlySpan<PartType> types)
    {
        foreach (var part in parts)
        {
            if (part.Name != name)
                continue;
            foreach (var type in types)
                if (part.Type == type)
                    return part;
            throw new ArgumentException($"{layout}: the part '{name}' holds {part.Type}, not {types[0]}");
        }
        throw new ArgumentException($"{layout}: the part '{name}' is missing");
    }

    /// <summary>The part of a name, element and exact length.</summary>
    /// <exception cref="ArgumentException">It is missing or does not fit.</exception>
    public LayoutPart Find(string name, PartType type, long count)
    {
        var part = Find(name, type);
        Require(part, count);
        return part;
    }

    /// <summary>Checks a length.</summary>
    /// <exception cref="ArgumentException">It differs.</exception>
    public void Require(LayoutPart part, long count)
    {
        if (part.Count != count)
            throw new ArgumentException($"{layout}: the part '{part.Name}' has {part.Count} elements where {count} are expected");
    }

    /// <summary>Checks that offsets start at zero, never fall and end where the stored things end.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public unsafe void RequireOffsets(LayoutPart part, long end, long most = int.MaxValue)
    {
        var offsets = (int*)part.Pointer;
        if (part.Count == 0 || offsets[0] != 0)
            throw new ArgumentException($"{layout}: the part '{part.Name}' does not start at 0");
        for (var i = 1L; i < part.Count; i++)
        {
            var length = (long)offsets[i] - offsets[i - 1];
            if (length < 0 || length > most)
                throw new ArgumentException($"{layout}: the part '{part.Name}' goes from {offsets[i - 1]} to {offsets[i]} at {i}; 0 to {most} are possible");
        }
        if (offsets[part.Count - 1] != end)
            throw new ArgumentException($"{layout}: the part '{part.Name}' ends at {offsets[part.Count - 1]}, the stored entries at {end}");
    }
}
