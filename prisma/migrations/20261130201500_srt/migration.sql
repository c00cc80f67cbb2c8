-- AlterEnum
ALTER TYPE "broadcast_source" ADD VALUE 'SRT';
