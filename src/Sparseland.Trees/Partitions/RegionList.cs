namespace Sparseland.Trees.Partitions;

/// <summary>Collects the regions of nodes while they are found.</summary>
internal sealed class RegionList(int nodes)
{
    private readonly int[] _starts = new int[nodes];
    private readonly int[] _corners = new int[nodes];
    private readonly int[] _cuts = new int[nodes];
    private readonly PlanePoint[] _origins = new PlanePoint[nodes];
    private PlanePoint[] _offsets = new PlanePoint[4 * nodes];
    private int _end;

    /// <summary>Regions so far.</summary>
    public int Count { get; private set; }

    /// <summary>Takes the region of a node that has none yet.</summary>
    /// <param name="node">The node.</param>
    /// <param name="origin">The point that the corners are counted from.</param>
    /// <param name="offsets">The corners.</param>
    /// <param name="cuts">Cuts between the outer rectangle and this region.</param>
    public void Add(int node, PlanePoint origin, ReadOnlySpan<PlanePoint> offsets, int cuts)
    {
        if (_offsets.Length < _end + offsets.Length)
            Array.Resize(ref _offsets, Math.Max(2 * _offsets.Length, _end + offsets.Length));
        offsets.CopyTo(_offsets.AsSpan(_end));
        (_starts[node], _corners[node], _origins[node], _cuts[node]) = (_end, offsets.Length, origin, cuts);
        _end += offsets.Length;
        Count++;
    }

    /// <summary>Takes a rectangle.</summary>
    public void AddRectangle(int node, PlanePoint corner, double width, double height, int cuts) =>
        Add(node, corner, [new(0, 0), new(width, 0), new(width, height), new(0, height)], cuts);

    public PlanePoint Origin(int node) => _origins[node];

    public ReadOnlySpan<PlanePoint> Offsets(int node) => _offsets.AsSpan(_starts[node], _corners[node]);

    public int Cuts(int node) => _cuts[node];
}
