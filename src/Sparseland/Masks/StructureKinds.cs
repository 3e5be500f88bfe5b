namespace Sparseland.Masks;

/// <summary>What structured pruning removes as a whole, so that the matrices become smaller instead of sparse.</summary>
[Flags]
public enum StructureKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Neurons of the feed-forward layers.</summary>
    Neurons = 1,

    /// <summary>Key and value heads of the attention, each with all query heads that read it: the head itself without grouped queries.</summary>
    Heads = 2,
}
