using System.Collections.Concurrent;
using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Trees.Keys;
using Sparseland.Trees.Octrees;

namespace Sparseland.Space.LightFields;

/// <summary>
/// A sparse voxel light field (Tremblay, Meshry et al., "RTMV", 2022, arXiv 2205.07058, the method SVLF; its insides are our design, since no code is public): occupied voxels of an octree with features at
/// their corners. A ray asks the few voxels that it passes for a colour and an opacity each, and lays them over each other.
/// </summary>
public sealed class SparseLightField : IViewModel
{
    // Uniform light fields may have two million voxels, octrees far fewer; a file that claims more is damaged.
    private const int MostVoxels = 1 << 24;
    private const string FileKey = "sparseland.lightfield";
    private readonly ConcurrentBag<RenderTile> _tiles = [];

    internal SparseLightField(ulong[] codes, Cube cube, LightFieldOptions options, Vector3 background, RandomStream? chance)
    {
        options.Validate();
        (Options, Cube, Background) = (options, cube, background);
        Lattice = new VoxelLattice(codes, cube, options);
        Network = new LightFieldNetwork(options, chance);
        Fine = new float[checked(Lattice.Fine.Count * options.FeatureWidth)];
        Coarse = new float[(Lattice.Coarse?.Count ?? 0) * options.FeatureWidth];
        chance?.FillNormal(Fine, 0.01);
        chance?.FillNormal(Coarse, 0.01);
    }

    private SparseLightField(SparseLightField whole, ulong[] codes)
    {
        (Options, Cube, Background, Network) = (whole.Options, whole.Cube, whole.Background, whole.Network);
        Lattice = new VoxelLattice(codes, Cube, Options);
        Fine = Gather(whole.Fine, whole.Lattice.Fine.RowsOf(Lattice.Fine), Options.FeatureWidth);
        Coarse = Lattice.Coarse is null ? [] : Gather(whole.Coarse, whole.Lattice.Coarse!.RowsOf(Lattice.Coarse), Options.FeatureWidth);
    }

    /// <inheritdoc/>
    public string Method => Options.Uniform ? "uniform samples" : "SVLF";

    /// <summary>What it is made of.</summary>
    public LightFieldOptions Options { get; }

    /// <summary>The scene's cube.</summary>
    public Cube Cube { get; }

    /// <summary>The display values of what lies behind everything.</summary>
    public Vector3 Background { get; }

    /// <summary>How many voxels are occupied.</summary>
    public int VoxelCount => Lattice.Codes.Length;

    /// <summary>How many numbers it has learned: features, weights and biases.</summary>
    public long ParameterCount => Fine.Length + Coarse.Length + Network.Layers.Sum(layer => layer.Work + layer.Outputs);

    internal VoxelLattice Lattice { get; }

    internal LightFieldNetwork Network { get; }

    /// <summary>Features of the fine corners, row by row.</summary>
    internal float[] Fine { get; }

    /// <summary>Features of the coarse corners; empty when there are none.</summary>
    internal float[] Coarse { get; }

    /// <inheritdoc/>
    public RenderedView Render(PinholeCamera camera, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(camera);
        return PixelTile.Render(camera, RenderTile.Rays, cancellation, pixels =>
        {
            if (!_tiles.TryTake(out var tile))
                tile = new RenderTile(this);
            tile.Render(pixels);
            _tiles.Add(tile);
        });
    }

    /// <summary>Writes the light field into one safetensors file; see docs/formats.md.</summary>
    /// <exception cref="ResourceLimitException">The disk is full or the place may not be written.</exception>
    public void Save(string path)
    {
        var store = new ArrayStore();
        Store(store);
        foreach (var layer in Network.Layers)
            layer.Store(store, withState: false);
        store.Write(path, new Dictionary<string, string> { [FileKey] = new LightFieldHeader(1, Options, CubeText.Of(Cube), ColourText.Of(Background)).ToJson() });
    }

    /// <summary>Reads a light field.</summary>
    /// <exception cref="InvalidFileException">The file is missing, damaged, or something else.</exception>
    /// <exception cref="UnsupportedException">It is of a later version.</exception>
    public static SparseLightField Load(string path)
    {
        var store = ArrayStore.Open(path);
        if (!store.Metadata.TryGetValue(FileKey, out var text))
            throw store.Damaged("header", "it is no light field");
        var header = LightFieldHeader.Parse(store, text);
        var field = new SparseLightField(ReadCodes(store, header.Options), header.Cube.ToCube(), header.Options, header.Background.ToVector(), null);
        field.ReadFeatures(store);
        foreach (var layer in field.Network.Layers)
            layer.Restore(store, withState: false);
        return field;
    }

    /// <summary>Lists voxels and features for a file.</summary>
    internal void Store(ArrayStore store)
    {
        store.Add("voxels", Lattice.Codes.AsSpan(), Lattice.Codes.Length);
        store.Add("features.fine", Fine, Lattice.Fine.Count, Options.FeatureWidth);
        if (Lattice.Coarse is not null)
            store.Add("features.coarse", Coarse, Lattice.Coarse.Count, Options.FeatureWidth);
    }

    /// <summary>Reads the features of a file with the same voxels.</summary>
    internal void ReadFeatures(ArrayStore store)
    {
        store.Read("features.fine", Fine.AsSpan());
        if (Lattice.Coarse is not null)
            store.Read("features.coarse", Coarse.AsSpan());
    }

    /// <summary>Reads and checks a file's voxels.</summary>
    internal static ulong[] ReadCodes(ArrayStore store, LightFieldOptions options)
    {
        var codes = store.ReadCodes("voxels");
        if (codes.Length > MostVoxels)
            throw store.Damaged("voxels", $"{codes.Length} voxels, and at most {MostVoxels} are possible");
        for (var i = 0; i < codes.Length; i++)
            if (codes[i] >> (3 * options.Level) != 0 || (i > 0 && codes[i] <= codes[i - 1]))
                throw store.Damaged("voxels", $"code {i} is {codes[i]}; codes rise and lie below {1UL << (3 * options.Level)}");
        return codes;
    }

    /// <summary>The light field of some of its voxels, with the same network.</summary>
    internal SparseLightField Keep(ulong[] codes) => new(this, codes);

    /// <summary>The voxels that a ray asks, front to back.</summary>
    /// <param name="origin">Where the ray begins.</param>
    /// <param name="direction">Where it goes, of length one.</param>
    /// <param name="destination">Room for them.</param>
    internal int Crossings(Vector3 origin, Vector3 direction, Span<RayCrossing> destination) =>
        Options.Uniform ? UniformSamples.Find(Lattice.Tree, origin, direction, destination) : Lattice.Tree.LeavesThrough(origin, direction, float.PositiveInfinity, destination);

    /// <summary>Writes a sample's input to the network.</summary>
    /// <param name="leaf">The voxel.</param>
    /// <param name="entry">Where the ray enters it.</param>
    /// <param name="exit">Where it leaves.</param>
    /// <param name="row">Gets features of entry, exit and middle, both places and the segment's length in sides of the voxel.</param>
    /// <returns>The two places in the voxel.</returns>
    internal (Vector3 Entry, Vector3 Exit) WriteInput(int leaf, Vector3 entry, Vector3 exit, Span<float> row)
    {
        var width = Options.FeatureWidth;
        var (first, last) = (Lattice.Local(leaf, entry), Lattice.Local(leaf, exit));
        VoxelLattice.Interpolate(Lattice.FineCorners(leaf), first, Fine, row[..width]);
        VoxelLattice.Interpolate(Lattice.FineCorners(leaf), last, Fine, row.Slice(width, width));
        if (Lattice.Coarse is not null)
            VoxelLattice.Interpolate(Lattice.CoarseCorners(leaf), Lattice.LocalInCoarse(leaf, 0.5f * (first + last)), Coarse, row.Slice(2 * width, width));
        row = row[Network.FeatureColumns..];
        (2 * first - Vector3.One).CopyTo(row);
        (2 * last - Vector3.One).CopyTo(row[3..]);
        row[6] = Vector3.Distance(first, last);
        row[7] = 1;
        return (first, last);
    }

    private static float[] Gather(float[] values, int[] rows, int width)
    {
        var gathered = new float[rows.Length * width];
        for (var i = 0; i < rows.Length; i++)
            values.AsSpan(rows[i] * width, width).CopyTo(gathered.AsSpan(i * width));
        return gathered;
    }
}
