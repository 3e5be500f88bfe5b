using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Tensors;
using Sparseland.Trees.Files;

namespace Sparseland.Trees.Voxels;

/// <summary>
/// Makes the file of a voxel grid that is larger than memory. Bricks are gathered in memory of a stated size; when it is full they are written, sorted, as a run beside the file, and at the end the runs are merged
/// (external merge sort: Knuth, The Art of Computer Programming 3, 5.4.1). Where several runs have a brick, later voxels replace earlier ones. The file is that of <see cref="VoxelFile"/>, without tiles;
/// <see cref="VoxelFile.Open{T}(string)"/> maps it, so reading takes no more memory than the pages in use, which the system gives back when others need it.
/// Use it from one thread, and dispose it: that removes the runs.
/// </summary>
/// <typeparam name="T">The value, of a type that the format has.</typeparam>
public sealed unsafe class VoxelFileBuilder<T> : IDisposable where T : unmanaged
{
    /// <summary>The least memory that a builder works with, in bytes.</summary>
    public const long LeastMemory = 1 << 20;

    private const int BrickBytesBesideValues = 64 + 64;

    private readonly string _path;
    private readonly T _background;
    private readonly VoxelFrame _frame;
    private readonly int _capacity;
    private readonly TensorStorage<byte> _arena;
    private readonly Dictionary<ulong, int> _places;
    private readonly ulong[] _keys;
    private readonly List<BrickRun> _runs = [];
    private ulong _lastKey = ulong.MaxValue;
    private int _last;
    private bool _isFinished;

    /// <summary>Begins a file; nothing is written yet.</summary>
    /// <param name="path">The file; the runs lie beside it while it is built.</param>
    /// <param name="background">The value of every voxel that is not set.</param>
    /// <param name="memoryBytes">How much memory bricks may take, their index included; at least <see cref="LeastMemory"/>, of which at most 2 GiB are used.</param>
    /// <param name="frame">Where the voxels lie in the world; null for none.</param>
    /// <exception cref="InvalidSettingException">The memory is too little.</exception>
    /// <exception cref="UnsupportedException">The values are of a type that the format does not have.</exception>
    public VoxelFileBuilder(string path, T background, long memoryBytes, VoxelFrame? frame = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (memoryBytes < LeastMemory)
            throw new InvalidSettingException($"{path} cannot be built in {memoryBytes} bytes of memory; give at least {LeastMemory}");
        VoxelFile.RequireElement<T>();
        (_path, _background, _frame) = (Path.GetFullPath(path), background, frame ?? VoxelFrame.Unit);
        // A look-up entry takes 24 bytes and its bucket 4, a key to be sorted 8 and its copy 12: within the 64 beside mask and values.
        _capacity = (int)(Math.Min(memoryBytes, 1L << 31) / (BrickRecord<T>.Bytes + BrickBytesBesideValues));
        _arena = new((long)_capacity * BrickRecord<T>.Bytes, zeroed: false);
        (_places, _keys) = (new(_capacity), new ulong[_capacity]);
    }

    /// <summary>How many runs were written so far.</summary>
    public int Runs => _runs.Count;

    /// <summary>Gives a voxel a value and makes it active.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is beyond the reach of a grid.</exception>
    /// <exception cref="ResourceLimitException">The disk is full.</exception>
    public void Set(int x, int y, int z, T value)
    {
        ObjectDisposedException.ThrowIf(_isFinished, this);
        if (!VoxelCoordinate.InReach(x, y, z))
            throw new ArgumentOutOfRangeException(nameof(x), $"voxel ({x}, {y}, {z}) is beyond the reach of a grid, {VoxelCoordinate.Least} to {VoxelCoordinate.Most} on each axis");
        var key = VoxelGrid<T>.BrickKey(x, y, z);
        if (key != _lastKey)
            (_last, _lastKey) = (PlaceOf(key), key);
        Record(_last).Set(Brick<T>.Offset(x, y, z), value);
    }

    /// <summary>Merges what was gathered into the file, which appears when it is whole.</summary>
    /// <param name="progress">Told bricks written.</param>
    /// <param name="cancellation">Ends the work early and leaves no file.</param>
    /// <exception cref="ResourceLimitException">The disk is full.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Finish(IProgress<ProgressReport>? progress = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_isFinished, this);
        Spill();
        _isFinished = true;
        new BrickMerge<T>(_runs, _background).Write(_path, _frame, progress, cancellation);
        Dispose();
    }

    /// <summary>Removes the runs.</summary>
    public void Dispose()
    {
        _isFinished = true;
        foreach (var run in _runs)
            run.Delete();
        _runs.Clear();
    }

    private BrickRecord<T> Record(int place) => new(_arena.Pointer + (long)place * BrickRecord<T>.Bytes);

    private int PlaceOf(ulong key)
    {
        if (_places.TryGetValue(key, out var place))
            return place;
        if (_places.Count == _capacity)
            Spill();
        place = _places.Count;
        _places.Add(key, place);
        _keys[place] = key;
        Record(place).Clear(_background);
        return place;
    }

    private void Spill()
    {
        if (_places.Count == 0)
            return;
        var keys = _keys.AsSpan(0, _places.Count);
        keys.Sort();
        var run = new BrickRun($"{_path}.run{_runs.Count}");
        _runs.Add(run);
        run.Write(keys, key => Record(_places[key]).All);
        _places.Clear();
        _lastKey = ulong.MaxValue;
        GC.KeepAlive(_arena);
    }
}
