using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>Matrices of candidate models by name and level: candidates share most of them. What was not used for longest is dropped when they take too much memory. Not thread-safe.</summary>
internal sealed class MatrixCache
{
    private const long Budget = 1L << 30;

    private readonly Dictionary<(string Name, int Level), LinkedListNode<((string Name, int Level) Key, MatrixLayout Matrix)>> _entries = [];
    private readonly LinkedList<((string Name, int Level) Key, MatrixLayout Matrix)> _byUse = [];
    private long _bytes;

    /// <summary>A candidate whose matrices come from here where they are known.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="sets">The layers.</param>
    /// <param name="levels">Their levels.</param>
    public ICheckpoint Over(ICheckpoint candidate, IReadOnlyList<StructureSet> sets, IReadOnlyList<int> levels)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var set = 0; set < sets.Count; set++)
            foreach (var name in sets[set].Matrices)
                known[name] = levels[set];
        return new View(this, candidate, known);
    }

    /// <summary>Forgets everything: levels mean something else now.</summary>
    public void Clear()
    {
        _entries.Clear();
        _byUse.Clear();
        _bytes = 0;
    }

    private MatrixLayout Get(ICheckpoint candidate, string name, int level)
    {
        if (_entries.TryGetValue((name, level), out var node))
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value.Matrix;
        }
        var matrix = candidate.LoadMatrix(name);
        _entries[(name, level)] = _byUse.AddLast(((name, level), matrix));
        _bytes += matrix.ByteCount;
        while (_bytes > Budget && _byUse.First is { } oldest && oldest.Value.Matrix != matrix)
        {
            _bytes -= oldest.Value.Matrix.ByteCount;
            _entries.Remove(oldest.Value.Key);
            _byUse.RemoveFirst();
        }
        return matrix;
    }

    private sealed class View(MatrixCache cache, ICheckpoint candidate, Dictionary<string, int> levels) : ICheckpoint
    {
        public string Path => candidate.Path;

        public TransformerConfiguration Configuration => candidate.Configuration;

        public IReadOnlyList<CheckpointTensor> Tensors => candidate.Tensors;

        public bool Contains(string name) => candidate.Contains(name);

        public MatrixLayout LoadMatrix(string name) => cache.Get(candidate, name, levels.GetValueOrDefault(name));

        public Tensor<float> LoadTensor(string name) => candidate.LoadTensor(name);

        public void Dispose() => candidate.Dispose();
    }
}
