export { readExcel, type ReadExcelOptions } from './resources/files/records/excel-file.js';
// The part of the public surface that is about files.
export { ArchiveFilter, type ArchiveFilterOptions } from './resources/files/archives/archive-filter.js';
export {
  ArchiveCompression,
  ArchiveFormat,
  type CreateArchiveOptions,
  type ExtractArchiveOptions,
  type ExtractionLimits,
  LinkHandling,
  type PackOptions,
  type ProgressCallback,
} from './resources/files/archives/archive-options.js';
export {
  createArchive,
  createArchiveFromGit,
  type GitArchiveOptions,
} from './resources/files/archives/create-archive.js';
export { extractArchive, getArchiveSize, listArchiveContents } from './resources/files/archives/extract-archive.js';
export { type GitFiles, type GitFilesOptions, listGitFiles } from './resources/files/archives/git-files.js';
export { type ListedFile, listFiles, type ListFilesOptions, walkFiles } from './resources/files/archives/list-files.js';
export {
  calculateChecksum,
  calculateChecksumFromBytes,
  calculateChecksumFromStream,
  type ChecksumOptions,
  expectChecksum,
  verifyChecksum,
} from './resources/files/checksums/checksum.js';
export {
  calculateDirectoryChecksum,
  type DirectoryChecksumOptions,
} from './resources/files/checksums/directory-checksum.js';
export { HashAlgorithm } from './resources/files/checksums/hash-algorithms.js';
export { type PieceOptions } from './resources/files/checksums/read-pieces.js';
export { type PrivateAddresses } from './resources/files/downloads/address-rules.js';
export {
  Downloader,
  type DownloaderOptions,
  downloadFile,
  type DownloadOptions,
} from './resources/files/downloads/downloader.js';
export {
  filesUrlToPath,
  filesUrlToPathFromObjs,
  type LocaliseOptions,
} from './resources/files/downloads/files-url-to-path.js';
export { getTempPath, TempSpace, type TempSpaceOptions } from './resources/files/places/temp-space.js';
export { writeFileAtomically } from './resources/files/places/write-atomically.js';
export { getDictFromFile, writeDictToFile } from './resources/files/records/dict-files.js';
export { convertFileToBase64, readFileInChunks } from './resources/files/records/read-file.js';
export {
  type CsvRow,
  readCsv,
  type ReadCsvOptions,
  readNdjson,
  writeCsv,
  type WriteCsvOptions,
  writeNdjson,
} from './resources/files/records/row-files.js';
