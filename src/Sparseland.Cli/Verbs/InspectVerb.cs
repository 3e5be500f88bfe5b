using System.CommandLine;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Errors;
using Sparseland.Kernels;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Threads;

namespace Sparseland.Cli.Verbs;

/// <summary>What is in a model, how sparse and where, or in a mesh, an octree or a voxel grid; or what this machine can do.</summary>
internal sealed class InspectVerb : Verb
{
    private const double OutlierFactor = 5;

    private readonly ModelArgument _model = new();
    private readonly Option<bool> _machine = new("--machine") { Description = "Describe this machine and the kernels chosen for it instead of a model." };
    private readonly Option<bool> _outliers = new("--outliers") { Description = "Read the weights and count those beyond 5 times the mean magnitude, by layer." };
    private readonly Option<int?> _context = new("--context") { Description = "Tokens of context the memory is estimated for; default: what the model was made for." };
    private readonly TreemapChoices _treemap = new();
    private readonly SpaceInspection _space = new();
    private readonly Option<bool> _speed = new("--speed") { Description = "Time the packed matrices and say in which layout each runs here, and why." };

    public override string Name => "inspect";

    public override string Summary => "Show a model's parameters, bytes, layouts and sparsity by layer, from its headers; a mesh's faults, an octree's levels, a voxel grid's bricks; or this machine and its kernels.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland inspect my-sparse --outliers", "layers with their sparsity and outliers"),
        ("sparseland inspect my-sparse --speed", "the layouts that its matrices run in on this machine, with the times that decided"),
        ("sparseland inspect my-sparse --treemap map.svg", "also a picture: its matrices by bytes, coloured by sparsity; an octree or a JSON tree can be drawn too"),
        ("sparseland inspect bunny.obj --picture bunny.png", "what is right and wrong with a mesh (or what an octree or a voxel grid holds), and a picture"),
        ("sparseland inspect --machine", "vector instructions, cores, cache, and every kernel in use"),
    ];

    public override IEnumerable<Symbol> Symbols => [_model.Argument, _machine, _outliers, _context, _speed, .. _treemap.All, .. _space.All];

    public override int Run(VerbContext context)
    {
        if (context.Get(_machine))
            return Machine(context);
        var path = _model.Resolve(context);
        if (_treemap.IsWanted(context) && TreemapSource.OfFile(path) is { } source)
        {
            _treemap.Draw(context, source, isAllOfIt: true);
            return 0;
        }
        var (isOmnitree, isSpace) = (OmnitreeListing.Handles(path), SpaceInspection.Handles(path));
        if (_treemap.IsWanted(context) && (isOmnitree || isSpace))
            throw new InvalidSettingException($"--treemap draws a model, an octree or a tree in JSON, and {path} is none of them; leave it out");
        if (_space.WantsPicture(context) && !isSpace)
            throw new InvalidSettingException($"--picture draws a mesh, an octree or a voxel grid, and {path} is none of them; a model is drawn by --treemap");
        if (isOmnitree)
            return OmnitreeListing.Write(context, path);
        if (isSpace)
        {
            _space.Run(context, path);
            return 0;
        }
        using var checkpoint = Checkpoint.Open(path);
        var inspection = CheckpointInspection.Of(checkpoint, context.Get(_context));
        var model = context.WithProgress(progress => TransformerModel.Load(checkpoint, progress, context.CancellationToken));
        var layers = LayerLayout.Of(model);
        var running = context.Get(_speed) ? context.WithProgress(progress => RunningModel.Choose(model, TimeProvider.System, progress: progress, cancellation: context.CancellationToken)) : null;
        if (context.Json)
            WriteJson(inspection, layers, running);
        else
            Write(context, inspection, layers, context.Get(_outliers) ? Outliers(checkpoint, layers, context) : null, running);
        if (_treemap.IsWanted(context))
            _treemap.Draw(context, TreemapSource.OfModel(path, layers), isAllOfIt: false);
        return 0;
    }

    private static void Write(VerbContext context, CheckpointInspection inspection, IReadOnlyList<LayerLayout> layers, Dictionary<string, double>? outliers, RunningModel? running)
    {
        context.Output.WriteLine($"{inspection.Path}: {inspection.Format}, {TextTable.Number(inspection.Parameters / 1e6, 2)} M parameters, {TextTable.Bytes(inspection.Bytes)}");
        context.Output.WriteLine($"memory to run: {inspection.Memory}");
        foreach (var group in inspection.ByStorage)
            context.Output.WriteLine($"  {group.Name,-24} {group.Tensors,4} tensors  {TextTable.Bytes(group.Bytes),10}");
        var table = outliers is null ? new TextTable("matrix", "shape", "layout", "values", "bytes", "sparsity") : new TextTable("matrix", "shape", "layout", "values", "bytes", "sparsity", "outliers");
        foreach (var layer in layers)
        {
            string[] cells = [layer.Name, $"{layer.Rows} x {layer.Columns}", layer.Layout, StoredTypeNames.Of(layer.Element), TextTable.Bytes(layer.ByteCount), TextTable.Percent(layer.Sparsity)];
            table.Add(outliers is null ? cells : [.. cells, TextTable.Percent(outliers[layer.Name], 3)]);
        }
        table.Write(context.Output);
        if (running is null)
            return;
        context.Output.WriteLine();
        context.Output.WriteLine($"stored {TextTable.Bytes(running.StoredBytes)}, in memory when run {TextTable.Bytes(running.Transformer.ByteCount)}; runs {running.RunsAs}");
        foreach (var choice in running.Choices)
            context.Output.WriteLine($"  {choice}");
    }

    // As in OWL's layer-wise outlier distribution, on weights alone: the share of entries above a multiple of the mean magnitude.
    private static Dictionary<string, double> Outliers(Checkpoint checkpoint, IReadOnlyList<LayerLayout> layers, VerbContext context) =>
        context.WithProgress(progress => layers.Select((layer, index) =>
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            var weights = checkpoint.LoadTensor(layer.Name).Span;
            var threshold = OutlierFactor * TensorPrimitives.SumOfMagnitudes<float>(weights) / weights.Length;
            var count = 0L;
            foreach (var weight in weights)
                if (Math.Abs(weight) > threshold)
                    count++;
            progress.Report(new Progress.ProgressReport("reading weights", index + 1, layers.Count));
            return (layer.Name, Share: (double)count / weights.Length);
        }).ToDictionary(pair => pair.Name, pair => pair.Share));

    private static int Machine(VerbContext context)
    {
        var entries = KernelList.All;
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("vectors", Hardware.WidestVectors);
                json.WriteString("integerProducts", Hardware.IntegerProducts);
                json.WriteNumber("threads", WorkerPool.ThreadCount);
                json.WriteNumber("lastLevelCacheBytes", CacheSize.LastLevelBytes);
                json.WriteNumber("memoryBytes", MemoryEstimate.AvailableBytes);
                json.WriteStartArray("kernels");
                foreach (var entry in entries)
                {
                    json.WriteStartObject();
                    json.WriteString("name", entry.Name);
                    json.WriteString("hardware", entry.Hardware);
                    json.WriteString("tile", entry.Tile);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return 0;
        }
        context.Output.WriteLine($"vectors: {Hardware.WidestVectors}; integer products: {Hardware.IntegerProducts}; threads: {WorkerPool.ThreadCount}; last cache level: {TextTable.Bytes(CacheSize.LastLevelBytes)}; memory: {TextTable.Bytes(MemoryEstimate.AvailableBytes)}");
        context.Output.WriteLine("narrower paths can be forced with DOTNET_EnableAVX512=0, DOTNET_EnableAVX2=0 or DOTNET_EnableHWIntrinsic=0 in the environment");
        var table = new TextTable("kernel", "instructions", "tile");
        foreach (var entry in entries)
            table.Add(entry.Name, entry.Hardware, entry.Tile);
        table.Write(context.Output);
        return 0;
    }

    private static void WriteJson(CheckpointInspection inspection, IReadOnlyList<LayerLayout> layers, RunningModel? running) => VerbContext.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("path", inspection.Path);
        json.WriteString("format", inspection.Format);
        json.WriteNumber("parameters", inspection.Parameters);
        json.WriteNumber("bytes", inspection.Bytes);
        json.WriteNumber("memoryBytes", inspection.Memory.TotalBytes);
        json.WriteStartArray("matrices");
        foreach (var layer in layers)
        {
            json.WriteStartObject();
            json.WriteString("name", layer.Name);
            json.WriteNumber("rows", layer.Rows);
            json.WriteNumber("columns", layer.Columns);
            json.WriteString("layout", layer.Layout);
            json.WriteString("values", StoredTypeNames.Of(layer.Element));
            json.WriteNumber("bytes", layer.ByteCount);
            json.WriteNumber("sparsity", layer.Sparsity);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (running is not null)
            RunningJson.Write(json, running);
        json.WriteEndObject();
    });
}
