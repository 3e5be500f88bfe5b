using Sparseland.Errors;

namespace Sparseland.Files;

/// <summary>Turns what the system says when writing fails (a full disk, a folder that may not be written) into a message a person can act on.</summary>
internal static class OutputFault
{
    /// <summary>Whether an exception is the system's answer to writing rather than a fault of ours.</summary>
    public static bool Is(Exception fault) => fault is IOException or UnauthorizedAccessException;

    /// <summary>The exception to throw instead.</summary>
    public static ResourceLimitException Translate(string path, Exception fault) =>
        new($"{path} could not be written ({fault.Message.TrimEnd('.')}); free space or choose another place; what was there before is untouched");
}
