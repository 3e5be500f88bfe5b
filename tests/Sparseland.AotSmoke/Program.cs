using System.Numerics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Chance;
using Sparseland.Kernels;
using Sparseland.Language.Generation;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Space.Datasets;
using Sparseland.Space.Worlds.Drives;
using Sparseland.Tensors;
using Sparseland.Trees.Octrees;

// Compiled ahead of time, the libraries must still have their vector paths and give what they give under the JIT.
if (args.Length != 1)
{
    Console.Error.WriteLine("usage: Sparseland.AotSmoke MODEL");
    return 2;
}
if (!Avx2.IsSupported)
{
    Console.Error.WriteLine("this native build has no AVX2 paths: set IlcInstructionSet to x86-64-v3");
    return 1;
}

const int size = 256;
var random = new RandomStream(1, "smoke");
var weights = new Tensor<float>(new Shape(size, size));
var input = new Tensor<float>(new Shape(size));
random.FillNormal(weights.Span);
random.FillNormal(input.Span);
foreach (var (layout, pattern) in new[] { ("csr", "unstructured"), ("bitmap", "unstructured"), ("2:4", "2:4"), ("block 1x8", "block:1x8") })
{
    var scores = weights.Copy();
    TensorPrimitives.Abs(scores.Span, scores.Span);
    var mask = MaskSelection.Select(scores.Matrix, Pattern.Parse(pattern), 0.5, ComparisonGroup.Row);
    var kept = weights.Copy();
    mask.Apply(kept.Matrix);
    var (expected, product) = (new float[size], new float[size]);
    DenseMatrix.FromFloat32(kept.Matrix, ElementType.Float32).Multiply(input.Span, expected);
    MatrixLayoutFactory.Create(layout, ElementType.Float32, kept.Matrix, mask).Multiply(input.Span, product);
    for (var i = 0; i < size; i++)
    {
        if (Math.Abs(product[i] - expected[i]) > 1e-3f)
        {
            Console.Error.WriteLine($"{layout}: row {i} is {product[i]}, the dense product {expected[i]}");
            return 1;
        }
    }
}

var points = new Vector3[1000];
for (var i = 0; i < points.Length; i++)
    points[i] = new((float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble());
var tree = OctreeBuilder.FromPoints(points, 6);
var nearest = new int[1];
for (var i = 0; i < points.Length; i++)
{
    if (tree.Nearest(points[i], nearest, new float[1]) != 1 || points[nearest[0]] != points[i])
    {
        Console.Error.WriteLine($"octree: the point nearest to point {i} is {nearest[0]}");
        return 1;
    }
}

var drive = Directory.CreateTempSubdirectory("sparseland-smoke").FullName;
try
{
    var folder = Path.Combine(drive, "drive");
    var report = DriveRecorder.Record(new() { Rig = "tiny", Format = "nuscenes", Frames = 1 }, folder);
    var check = DatasetCheck.Run(folder);
    if (check.Points != report.Points || check.Faults.Count > 0)
    {
        Console.Error.WriteLine($"drive: {report.Points} points written, {check.Points} read, {string.Join("; ", check.Faults)}");
        return 1;
    }
}
finally
{
    Directory.Delete(drive, recursive: true);
}

using var model = LanguageModel.Load(args[0]);
var result = model.Generate("A story about Tom and Anna", new GenerationSettings { MaximumTokens = 24 });
Console.WriteLine($"{Hardware.WidestVectors}, {KernelList.All.Count} kernels; {result.Tokens.Count} tokens: {result.Text.ReplaceLineEndings(" ")}");
return result.Tokens.Count > 0 ? 0 : 1;
